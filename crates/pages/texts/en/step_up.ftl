step-up-title = Confirm it is you again
step-up-sessions = You are ending sessions
step-up-notices = You are changing the messages about sign-ins
step-up-suspend = You are suspending the account
step-up-how = Sign in again with EDS and an SMS code. Then you go on
step-up-stay = Not now
