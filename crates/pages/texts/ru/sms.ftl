sms-code = { $code } — код входа Kiru. Никому не говорите.
