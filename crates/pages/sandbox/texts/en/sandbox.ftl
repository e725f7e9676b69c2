choose-sandbox = Sign in as a made-up person
choose-sandbox-hint = Only in this demo: no key, no SMS
sandbox-title = Choose a made-up person
sandbox-what = This replaces key, SMS and device key, for tests only
sandbox-person = Login of the person
sandbox-unknown = There is no such person. Check the login
sandbox-people = People of this sandbox:
sandbox-code = The code of this test:
