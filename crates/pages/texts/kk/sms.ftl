sms-code = { $code } — Kiru кіру коды. Ешкімге айтпаңыз.
