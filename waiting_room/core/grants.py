"""Grants: which role may give which command, and how it must stand to the visit. Not listed means no.

Which visit a member's device and which clinics a member of staff may reach is settled before the core:
by the cookie of that visit, and by the directory.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from waiting_room.core import commands as c
from waiting_room.core import commands_chat as chat
from waiting_room.core import commands_guests as g
from waiting_room.core.commands import Command
from waiting_room.core.model import Actor, Role


class Relation(StrEnum):
    """How the actor must stand to the visit."""

    any = "any"
    holder = "holder"
    """Holds it: claimed, in the visit or on hold."""


_BOOKING = {Role.booking: Relation.any}
_MEMBER = {Role.member: Relation.any}
_SUPPORT = {Role.support: Relation.any}
_CLINICIAN = {Role.clinician: Relation.any}
_HOLDER = {Role.clinician: Relation.holder}
_GUEST = {Role.guest: Relation.any}
_SYSTEM = {Role.system: Relation.any}
_IN_VISIT = _MEMBER | _HOLDER
"""Everybody who is in the visit."""

GRANTS: Mapping[type[Command], Mapping[Role, Relation]] = MappingProxyType(
    {
        c.BookVisit: _BOOKING,
        c.Reschedule: _BOOKING,
        c.Cancel: _BOOKING | _SUPPORT,
        c.IssueLink: _BOOKING | _SUPPORT,
        c.PassLink: _SUPPORT,
        c.Redeem: _MEMBER,
        c.GiveLocation: _MEMBER,
        c.GiveCallback: _MEMBER,
        c.GivePresent: _MEMBER,
        c.GiveConsent: _MEMBER,
        c.CheckDevices: _MEMBER,
        c.CheckIn: _MEMBER,
        c.Step: _MEMBER,
        c.Leave: _MEMBER,
        c.ReturnToPlace: _MEMBER,
        c.Say: _MEMBER | _SUPPORT,
        c.SeeLine: _MEMBER | _SUPPORT,
        chat.WriteChat: _IN_VISIT,
        chat.SeeChat: _IN_VISIT,
        chat.ShareFile: _IN_VISIT,
        chat.AskStill: _HOLDER,
        chat.DeclineStill: _MEMBER | _HOLDER,
        c.BeginHelp: _SUPPORT,
        c.EndHelp: _SUPPORT,
        c.ShowFix: _SUPPORT,
        c.AnswerFix: _MEMBER,
        c.WriteNote: _SUPPORT | _HOLDER,
        c.AskForCall: _MEMBER,
        c.WithdrawCall: _MEMBER,
        c.ChangeMode: _SUPPORT | _HOLDER,
        c.NoteCall: _HOLDER,
        c.HandOver: _MEMBER,
        c.Hold: _SUPPORT | _CLINICIAN,
        c.Release: _SUPPORT | _CLINICIAN,
        c.Redirect: _SUPPORT | _HOLDER,
        c.Claim: _CLINICIAN,
        c.RenewClaim: _HOLDER,
        c.ReleaseClaim: _HOLDER,
        c.Accept: _CLINICIAN,
        c.Decline: _CLINICIAN,
        c.Admit: _HOLDER,
        c.ConfirmIdentity: _HOLDER,
        c.Suspend: _HOLDER,
        c.Resume: _HOLDER,
        c.Requeue: _HOLDER | _SUPPORT | _SYSTEM,
        c.Extend: _HOLDER,
        c.End: _HOLDER,
        c.AskRecording: _HOLDER,
        c.AgreeRecording: _MEMBER | _GUEST,
        c.RefuseRecording: _MEMBER | _GUEST,
        c.StopRecording: _HOLDER,
        c.SomeoneJoined: _HOLDER,
        c.NoteRecording: _SYSTEM,
        c.OpenRecording: _CLINICIAN | {Role.privacy: Relation.any},
        g.InviteGuest: _MEMBER | _HOLDER,
        g.IssueGuestLink: _MEMBER | _HOLDER,
        g.RemoveGuest: _MEMBER | _HOLDER,
        g.JoinAsGuest: _GUEST,
        g.LeaveAsGuest: _GUEST,
        c.Offer: _SYSTEM,
        c.NotePresence: _SYSTEM,
        c.PassTime: _SYSTEM,
    }
)


def granted(command: Command, actor: Actor) -> Relation | None:
    """How `actor` must stand to the visit to give this command; None: never."""
    return GRANTS.get(type(command), {}).get(actor.role)
