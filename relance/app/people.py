"""Those who sign in: what a manager does about them, what each does about themselves, and the way in."""

from __future__ import annotations

from relance.app.operation import Operation, Service
from relance.engine.users import service
from relance.engine.users import sign_in as entering


class Users(Service):
    """Those who may sign in to the console."""

    list = Operation(service.page)
    invite = Operation(service.invite)
    change = Operation(service.change)
    end_sessions = Operation(service.end_sessions)
    log = Operation(service.log)


class Myself(Service):
    """What somebody who signed in does about themselves; the first argument is always their own number."""

    profile = Operation(service.profile)
    describe = Operation(service.describe)
    change_password = Operation(service.change_password)
    sign_out = Operation(service.sign_out)
    offer_second_factor = Operation(service.offer_second_factor)
    use_second_factor = Operation(service.use_second_factor)
    drop_second_factor = Operation(service.drop_second_factor)


class Entrance(Service):
    """The way in, for those whom nobody knows yet."""

    anybody = Operation(service.anybody)
    sign_in = Operation(entering.sign_in)
    finish = Operation(entering.finish)
    signed_in = Operation(entering.signed_in)
    invited = Operation(service.invited)
    accept = Operation(service.accept)
