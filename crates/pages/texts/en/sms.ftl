sms-code = { $code } — Kiru sign-in code. Tell nobody.
