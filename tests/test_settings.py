"""Settings come from the environment, and say which of them is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocreate.log.master import made_in
from cocreate.settings import Settings, SettingsWrong


def test_without_an_environment_there_are_defaults() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings()
    assert settings.database_url is None
    assert settings.host == "127.0.0.1"
    assert settings.public_url.startswith("https://")


def test_each_setting_is_read_from_its_variable() -> None:
    settings = Settings.from_environment(
        {
            "COCREATE_DATABASE_URL": "postgresql://x",
            "COCREATE_DATA_FOLDER": "/srv/cocreate",
            "COCREATE_PORT": "8080",
            "COCREATE_POOL_SIZE": "20",
            "COCREATE_PUBLIC_URL": "https://api.example/co/",
            "COCREATE_FRESHNESS_TIMEOUT": "2.5",
            "COCREATE_MAX_BODY_BYTES": "",
            "COCREATE_OPERATOR_ISSUER": "https://id.example/realms/beheer",
            "COCREATE_OPERATOR_ROLES_CLAIM": "realm_access roles",
            "COCREATE_PRIVATE_ISSUERS": "http://keycloak:8080 https://id.intern",
            "PATH": "/bin",
        }
    )
    assert settings.database_url == "postgresql://x"
    assert settings.data_folder == Path("/srv/cocreate")
    assert settings.port == 8080
    assert settings.pool_size == 20
    assert settings.public_url == "https://api.example/co"
    assert settings.freshness_timeout == 2.5
    assert settings.max_body_bytes == Settings().max_body_bytes
    assert settings.operator_issuer == "https://id.example/realms/beheer"
    assert settings.operator_roles_claim == ("realm_access", "roles")
    assert settings.private_issuers == ("http://keycloak:8080", "https://id.intern")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "veel"),
        ("PORT", "70000"),
        ("POOL_SIZE", "0"),
        ("PUBLIC_URL", "http://api.example"),
        ("OPERATOR_KEY", "geheim"),
        ("OPERATOR_ISSUER", "id.example"),
        ("MASTER_KEY", "geheim"),
        ("FRESHNESS_TIMEOUT", "-1"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsWrong, match=f"COCREATE_{name}"):
        Settings.from_environment({f"COCREATE_{name}": value})


def test_secrets_are_not_shown() -> None:
    secret = "cck_OP_" + "x" * 43
    settings = Settings(operator_key=secret, database_url="postgresql://u:wachtwoord@h/d")
    assert secret not in repr(settings)
    assert "wachtwoord" not in repr(settings)


def test_the_master_key_is_in_a_variable_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    made = made_in(file)
    given = Settings.from_environment({"COCREATE_MASTER_KEY_FILE": str(file)}).master()
    assert given is not None
    assert given.name == made.name
    text = file.read_text().strip()
    given = Settings.from_environment({"COCREATE_MASTER_KEY": text}).master()
    assert given is not None
    assert given.name == made.name
    assert Settings(data_folder=tmp_path / "none").master() is None


def test_only_the_embedded_server_takes_the_key_beside_its_data(tmp_path: Path) -> None:
    made_in(tmp_path / "master.key")
    embedded = Settings(data_folder=tmp_path)
    assert embedded.master() is not None
    assert embedded.on("postgresql://embedded").master() is not None
    assert Settings(data_folder=tmp_path, database_url="postgresql://x").master() is None
