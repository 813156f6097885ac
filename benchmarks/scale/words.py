"""What the page says in words: how to read it, what was found, and what it does not tell."""

BEFORE = """# Scale

Made by `python -m benchmarks.scale`, from `docs/scale.json`; nothing in the tables is written by hand.
Municipalities have events after Zipf (the second has half of the first, the tenth a tenth), as whole
stories of projects that go through the append that all use. Then an installation is put on that database:
a process that answers, one that keeps the read models, one that signs for the trees.

**Read processor time, not the clock.** Much other work ran on the same two cores. Milliseconds of processor
time (of each process and of each backend of PostgreSQL) are the unit costs; latencies and lags are what
that machine gave at that moment, and are worse than they would be alone.
"""

FOUND = """## What goes up with the number of municipalities

- *Looking for logs that grew.* When no signal came, the projector looks every 10 s, and the signer every
  5 s, through `log_head` of all municipalities beside what each has of it: one query of as many rows as there
  are municipalities. On a cluster it asks all nodes. It is the main part of what is idle.
- *Read models that begin.* A municipality that has few events costs a transaction with a statement for each
  read model, so projecting many small logs from nothing costs more an event than one large one.
- *Appends cannot share a transaction between municipalities.* Spread over many, each append is a
  transaction of its own, and so is its projection: the costs of the steady load are those, and not the
  lower ones of whole stories or of a rebuild.
- *Memory*: an API process holds a lane only while it has something to append, and the projector keeps
  20,000 accounts in all, whatever the number of municipalities.
- *Connections* go up with processes and not with municipalities.
"""

DOUBTS = """## What this does not tell

- No cluster was measured: what a coordinator costs is supposed, and so is that the costs of one event stay
  what they are with two hundred times as many. Indexes get a level deeper on the way; what is not in memory
  has to come from a disk, which these figures, of data that fitted into memory, do not hold.
- Reads are of the largest municipality, which here is small beside the largest of a billion events; what
  goes up with a log is in [growth.md](growth.md). Each kind counts the same in the mean.
- The write-ahead log of a short load is mostly whole pages after a checkpoint (`full_page_writes`): with
  `max_wal_size` of tens of gigabytes it is less an event.
- Stories are appended whole, so the log has no idempotency keys of them; those of the load are measured.
"""
