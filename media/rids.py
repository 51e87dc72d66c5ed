"""Rids: the layers of one picture that a section of an offer names (RFC 8851, simulcast: RFC 8853)."""

import re
from typing import Final

LAYERS_MAX: Final = 3

_RID: Final = r"[A-Za-z0-9_\-]{1,16}"
_LAYERS: Final = rf"~?{_RID}(?:[;,]~?{_RID}){{0,15}}"
FORMS: Final = {
    "rid": re.compile(rf"{_RID} (send|recv)( [\x21-\x7e]{{1,256}})?"),
    "simulcast": re.compile(rf"(send|recv) {_LAYERS}( (send|recv) {_LAYERS})?"),
}
"""The attributes that are read here, and what each looks like."""
_SENDS: Final = re.compile(rf"a=rid:({_RID}) send( .*)?")
_SIMULCAST: Final = re.compile(rf"a=simulcast:(?:recv \S+ )?send ({_LAYERS})(?: .*)?")


def read(lines: list[str]) -> tuple[str, ...]:
    """The layers that are sent, in the order of preference: the largest first. Every line has its form.

    None where they are not such as are taken here: one layer, too many, some by choice between formats, two
    of one name, or one that is not described. There is one stream then.

    Raises:
        ValueError: the lines contradict each other.
    """
    offered = [found[1] for line in lines if (found := _SIMULCAST.fullmatch(line))]
    described = [found[1] for line in lines if (found := _SENDS.fullmatch(line))]
    if len(offered) > 1 or len(set(described)) != len(described):
        raise ValueError("contradictory rids")
    rids = offered[0].replace("~", "").split(";") if offered else []
    if len(set(rids)) != len(rids) or not set(rids) <= set(described):
        return ()
    return tuple(rids) if 1 < len(rids) <= LAYERS_MAX else ()
