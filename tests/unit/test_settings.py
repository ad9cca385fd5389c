"""Settings in environment variables that are missing or cannot be read."""

from __future__ import annotations

import pytest

from castline.settings import MissingSettingError, Settings


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(MissingSettingError, match=r"^the environment variable TABLE_NAME is not set$"):
        Settings({}).table_name  # noqa: B018 (reading it raises)


def test_providers_must_be_json() -> None:
    with pytest.raises(MissingSettingError, match=r"^the environment variable SPEECH_PROVIDERS is not JSON: "):
        Settings({"SPEECH_PROVIDERS": "azure"}).speech_providers  # noqa: B018
