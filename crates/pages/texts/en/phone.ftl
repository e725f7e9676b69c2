s11-title = No phone is linked to the account
phone-none-sent = Your key is right, but there is no number for the SMS code. No message was sent
phone-none-do = What to do now
phone-none-1 = Go to the school office or call the contact below
phone-none-2 = Take your ID card with you and name your phone number
phone-none-3 = When the number is linked, sign in again the same way
phone-none-why = A key alone is not enough: a stolen key must not open your account
