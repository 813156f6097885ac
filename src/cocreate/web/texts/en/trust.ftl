# How anyone can see for themselves that nothing in the log was changed.

trust-about = { $municipality } writes down every step in a log. You do not have to believe us that nothing in it was changed. You can see for yourself.
trust-how = How it works
trust-how-recorded = Each step gets a number. No number is skipped, and none is used again.
trust-how-tree = Of each step a fingerprint is made: a number that belongs to exactly that text. All fingerprints together are a tree. Change one letter, and the top of the tree changes.
trust-how-signed = The log keeps signing the top of the tree. That signature and the tree are public. The text of a step cannot be read from them.
trust-how-receipt = With each step you can download a receipt. With that, anyone can check that the step is in the log, ten years from now as well.
trust-check = Check a receipt
trust-check-about = Your browser works it out. Your receipt goes nowhere.
trust-needs-script = To check a receipt here, JavaScript has to be on. You can also check it with a program of your own: a receipt is a text in the form of C2SP tlog-proof.
trust-came-with = You came here with the receipt of a step. It is being checked now.
trust-file = Choose your receipt
trust-file-about = The name of the file ends with .tlog-proof.
trust-own-key = A key that you have from elsewhere (optional)
trust-own-key-about = If you fill in nothing, the keys below are used. A key that you have from elsewhere proves more: then you do not have to believe this page either.
trust-do = Check
trust-recorded = What was recorded
trust-recorded-about = This is the step as it is in the log, in the words of the computer. Personal data in it is encrypted. A later step may have corrected it.
trust-now = How the log stands now
trust-size = How large it is
trust-steps = { $count ->
    [one] 1 step
   *[other] { $count } steps
}
trust-signed-at = Last signed
trust-origin = Name of the log
trust-keys = { $count ->
    [one] Key
   *[other] Keys
}
trust-no-keys = This server does not sign itself, and does not know the keys.
trust-witnesses = Keys of witnesses
trust-keys-about = With this key you check signatures. Compare it with the key that the municipality published elsewhere, such as in a council paper. If they are the same, this is the real log.
trust-read-checkpoint = The signed top of the tree as it is now
trust-read-keys = The keys, for programs
trust-unsigned = This log is not signed. So there are no receipts to check.
trust-limits = What this does not prove
trust-limits-true = Not that what it says is true. It does prove that it was written down so, when, and that it was not changed after that.
trust-limits-internal = Not what internal steps say. They do count in the tree, so they cannot disappear without anyone noticing.
trust-limits-server = Not that everyone is shown the same log. So keep your receipt, or compare it with those of others.

happened-on = Happened on
recorded-at = Recorded on
recorded-by = Recorded by

proof-busy = Checking ...
proof-no-file = Choose a file with a receipt first.
proof-not-fetched = The receipt could not be fetched. Try again later, or choose a file.
proof-verdict-ok = The receipt holds
proof-verdict-ok-about = This step is in the log, exactly so. Nothing in it was changed since it was written down.
proof-verdict-wrong = The receipt does not hold
proof-verdict-wrong-about = At least one check failed. Below it says which, and what that means. Keep the file.
proof-verdict-unknown = Not everything could be checked
proof-verdict-unknown-about = Nothing wrong was found. But not all checks could be done here. Below it says which.
proof-result-ok = Holds
proof-result-wrong = Does not hold
proof-result-unknown = Not checked

proof-step-read = Is this a receipt?
proof-step-log = Is it of this log?
proof-step-signature = Did the log sign it?
proof-step-included = Was this step in the log that was signed then?
proof-step-current = What does the log say now?
proof-step-kept = Is everything of then still in it now?

proof-read-ok = This is a receipt of step { $position } in a log.
proof-read-malformed = This file is no receipt, or it is damaged. Download the receipt again.
proof-read-no-event = This is a receipt, but there is no step in it that we can read. It is of another kind of log, or it is damaged.
proof-log-ok = The receipt and the step both name this log: { $origin }.
proof-log-other-log = This receipt is of another log: { $origin }. Check it on the pages of that log.
proof-log-other-place = The receipt is of another place in the log than the step in it. Two receipts were mixed up, or someone changed it.
proof-signature-ok = The signature was made with key { $key }. Only who has the secret half of that key can make it.
proof-signature-not-signed = The key that we check with did not sign this. The receipt is false, or of a key that we do not know.
proof-signature-wrong = The signature does not fit the text. The text or the signature was changed.
proof-included-ok = The fingerprint of this step leads to the top of the tree of { $size } steps. So not a letter of it was changed.
proof-included-too-small = The log that was signed then had { $size } steps. This step came later. So this signature does not prove it.
proof-included-wrong = The fingerprint of this step does not lead to the top of the tree. The step or the receipt was changed.
proof-current-ok = The log now has { $size } steps, and that is signed. At the time of your receipt it had { $before }.
proof-current-unsigned = What the server shows now is not signed with the key of this log.
proof-current-shorter = The server now shows a log of { $size } steps. At the time of your receipt it had { $before } already. So something was taken out. Keep your receipt, and report it to the court of audit of the municipality.
proof-kept-ok = All { $before } steps of then are still in it, exactly so. Nothing was put between them and nothing was taken out.
proof-kept-wrong = The log of now does not go on from that of then. It was written anew. Keep your receipt, and report it to the court of audit of the municipality.
proof-any-not-reached = This can be checked only once an earlier check holds.
proof-any-insecure = A browser works this out on a safe connection (https) only.
proof-any-no-ed25519 = Your browser does not know this kind of signature. Use a newer browser.
proof-any-unreachable = The server gave no answer. Try again later.
proof-any-bad-key = There is no good key of this log to check with. Look at what you filled in.
