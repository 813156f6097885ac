sign-in-about = This page is for those who work for the municipality or audit it. Residents need not sign in.
sign-in-key = Your key
sign-in-key-about = A key begins with "cck_". The administrator of your municipality gives it to you.
sign-in-wrong = This key is not right, or is not of this municipality.
sign-in-do = Sign in
