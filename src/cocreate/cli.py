"""The tool of operators and auditors. Each command is a module of :mod:`cocreate.commands`."""

from __future__ import annotations

import click

from cocreate.commands.lazy import LazyGroup, Place

main = LazyGroup(
    "cocreate",
    help="""Keep the accountable log of co-creation.

    Without COCREATE_DATABASE_URL the embedded PostgreSQL is used, with its data in
    COCREATE_DATA_FOLDER (.cocreate).
    """,
    places={
        name: Place(f"cocreate.commands.{place}", short)
        for name, (place, short) in {
            "audit": (
                "audit:audit",
                "Replay a project, take a log away with its proofs, and verify that without us.",
            ),
            "backup": (
                "backup:backup",
                "Back up the logs into a new FOLDER, without the keys of people.",
            ),
            "demo": (
                "demo:demo",
                "Run the demonstration: five municipalities, their stories, and what to ask.",
            ),
            "doctor": (
                "doctor:doctor",
                "Say what is wrong with this installation, and what to do about it.",
            ),
            "followers": (
                "followers:followers",
                "Do what people may ask of what is held on their e-mail address.",
            ),
            "import": (
                "imports:import_",
                "Bring in the records of other systems, through the same rules and log.",
            ),
            "key": ("key:create_key", "Make an API key, and print it once."),
            "migrate": ("migrate:migrate", "Bring the database to this release."),
            "municipality": (
                "municipality:municipality",
                "Look after municipalities: invite, activate, suspend, and let them leave.",
            ),
            "privacy": (
                "privacy:privacy",
                "Do what people may ask of what is held on them, and look after its keys.",
            ),
            "projections": ("projections:projections", "Look after the read models."),
            "restore": (
                "backup:restore_",
                "Restore a backup into an empty database, and check all that came back.",
            ),
            "serve": ("serve:serve", "Serve the API and the pages."),
            "webhooks": (
                "webhooks:webhooks",
                "Look after the sending of events to where municipalities asked.",
            ),
            "work": (
                "work:work",
                "Keep the read models, sign for trees, send to webhooks, write to followers.",
            ),
        }.items()
    },
)
main.context_settings = {"help_option_names": ["-h", "--help"]}
main = click.version_option(package_name="cocreate")(main)


if __name__ == "__main__":
    main()
