"""The stores, each on every database it runs on."""

import pytest

pytest.register_assert_rewrite("tests.store.contract")
