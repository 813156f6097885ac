"""The library's door: stock applications of ``eventsourcing`` on the log of one municipality.

An ``Application`` runs on it with these in its environment, each also under the application's own
name, as the library has it (``PROJECTS_COCREATE_MUNICIPALITY``)::

    PERSISTENCE_MODULE=cocreate.log.recorder
    COCREATE_DATABASE_URL=postgresql://...
    COCREATE_MUNICIPALITY=GM0503
    COCREATE_RECORDER_ACTOR=...      who is said to write; the application's name by default
    COCREATE_RECORDER_ROLE=operator  and in which role
    COCREATE_RECORDER_TAKES=steps    or "anything", for a log that is no municipality's
    COCREATE_POOL_SIZE=10

Events go into the log and come out of it as the API's own do: by the same functions, versions,
positions and row-level security. What they are to the library stands in
:mod:`cocreate.log.library`, what is taken and what is not in ``docs/library.md``.
"""

from cocreate.log.recorder.factory import LogFactory

__all__ = ["LogFactory"]
