"""Routes of the API."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import castline.api
from castline.api.app import load_all_routes
from castline.api.contract import Router


def test_every_route_that_is_declared_is_served() -> None:
    modules = [import_module(f"castline.api.{module.name}") for module in iter_modules(castline.api.__path__)]
    routers = [router for module in modules if isinstance(router := getattr(module, "router", None), Router)]

    served = load_all_routes()

    declared = [operation for router in routers for operation in router.operations]
    assert sorted(each.id for each in declared) == sorted(each.id for each in served)
