"""A sound installation has no findings; each thing that breaks is named, and what to do about it."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from click.testing import CliRunner
from tests.audit.conftest import CODE, KEYS, Kept
from tests.conftest import prepared_database

from cocreate.audit.doctor import Examination, examine
from cocreate.audit.guards import Finding
from cocreate.cli import main
from cocreate.domain.steps.record import RecordNote
from cocreate.log.errors import UnknownMunicipality
from cocreate.log.master import MasterKey
from cocreate.log.signing import SigningKeys
from cocreate.service import Signing, open_service

MASTER = MasterKey(secrets.token_bytes(32))
