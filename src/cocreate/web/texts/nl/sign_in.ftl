sign-in-about = Deze pagina is voor wie bij de gemeente werkt of controleert. Inwoners hoeven niet in te loggen.
sign-in-key = Uw sleutel
sign-in-key-about = Een sleutel begint met "cck_". U krijgt hem van de beheerder van uw gemeente.
sign-in-wrong = Deze sleutel klopt niet, of hoort niet bij deze gemeente.
sign-in-do = Inloggen
