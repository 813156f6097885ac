# Taking a project away, with all that proves it.

export-title = Take away and verify
export-heading = Take { $title } away
export-about = You get one file with all steps and all that proves them. You verify it on your own computer, without this server.
export-holds = What is in it
export-holds-events = All steps, exactly as recorded, with who recorded them.
export-holds-schemas = A description of each kind of step, so that it can be read years from now.
export-holds-proof = The signed top of the tree, the fingerprints and the keys.
export-holds-archive = Metadata for the archive (MDTO).
export-holds-report = A report to read, in Dutch and in English.
export-get = Download
export-sight = Which steps
export-sight-internal = All steps, internal ones too
export-sight-public = Public steps only
export-do = Download the file
export-on-record = Each download is recorded in the log. Personal data is encrypted in the file.
export-verify = How to verify it
export-verify-about = Install cocreate on your own computer. Then this one command is enough:
export-verify-command = cocreate audit verify FILE --key KEY
export-verify-key-about = Take a key that you have from elsewhere. Otherwise it proves only that the file agrees with itself.
