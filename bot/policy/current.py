"""The policy that this process runs on, for HTTP routes: the application keeps it in `app.state.policy`."""

from typing import Annotated, cast

from fastapi import Depends
from fastapi.requests import HTTPConnection

from bot.policy.shapes import Policy


def current(connection: HTTPConnection) -> Policy:
    return cast(Policy, connection.app.state.policy)


Rules = Annotated[Policy, Depends(current)]
