"""A municipality and a project of it, for those who look at what is told of them."""

from tests.api.conftest import project, town  # noqa: F401 - fixtures here as well
