"""What a customer meant instead: "No, I meant the camera" is a question about the camera. Pure, by wording alone.

Only the rest is asked then, and what was just answered is passed over. "That is not what I meant" says nothing that
could be asked; it is left to the intent.
"""

import re

_NO = r"(?:(?:oh|um|uh|sorry|no+|nope|nah|wrong|not that|not that one|actually|wait|ok|okay|well|hm+)[\s,.;:!…–-]+)"
_MEANT = r"(?:what )?i(?:'m| am| was)? ?(?:really |actually |just )?"
_ENGLISH = (
    rf"^{_NO}*{_MEANT}meant(?: to (?:ask|say|write))?(?: was| is| about| that)*[\s,:;–-]+(?P<rest>.+)$",
    rf"^{_NO}+{_MEANT}(?:mean|asking|asked|talking|asking you)(?: about| for| was| is| that)*[\s,:;–-]+(?P<rest>.+)$",
    r"^not (?:the|my|an?|about|for) [^,.;!?]{1,40}[,;–-]+ ?(?:but )?(?P<rest>(?:the|my|an?|about|for) .+)$",
    rf"^{_NO}+i (?:just |only )?(?:want|wanted|need|would like) to (?:know|ask)(?: about)?[\s,:;–-]+(?P<rest>.+)$",
    r"^i mean(?: about| for)? (?P<rest>(?:the|my|your) \w+(?: \w+)?\W*)$",
    rf"^{_NO}+not (?:the|my|an?|about|for) [^,.;!?]{{1,40}}[,.;–-]+ ?(?:but )?(?P<rest>(?:the|my|an?|about|for) .+)$",
)
_SAY = r"我(?:的意思|说的|问的|想问的|要问的|想说的|指的)是|我是(?:想|要)?(?:说|问|指)"
_CHINESE = (
    rf"^(?:(?:不是的?|不对|不|错了|搞错了|没有)[，,。.！!\s]*)*(?:{_SAY})[：:，,\s]*(?P<rest>.+)$",
    r"^(?:(?:不是的?|不对|不|错了|没有)[，,。.！!\s]+)+我(?:就|只|只是|其实)?(?:是)?想(?:问|知道)(?:的是|一下)?(?P<rest>.+)$",
    r"^(?:不是|不是说|不是问|没问)[^，,。？！?!]{1,15}[，,。\s]+(?:我)?(?:问的|说的|指的)?(?:而)?是(?:问|说)?(?P<rest>.+)$",
)
_PATTERNS = tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in (*_ENGLISH, *_CHINESE))
_AFTERTHOUGHT = re.compile(r"[,;，；–-]+ *(?:not|and not|不是|而不是).*$", re.IGNORECASE | re.DOTALL)
_SAYS_NOTHING = re.compile(
    r"(?:it|that|this|something|anything|else|different|other|another|thing|one|别的|另外|另一个|其他|的|那个|这个|\W)*",
    re.IGNORECASE,
)


def instead(text: str) -> str | None:
    """What was meant instead of what we took it for; None where `text` is no such correction."""
    for pattern in _PATTERNS:
        found = pattern.match(text.strip())
        if found:
            rest = _AFTERTHOUGHT.sub("", found["rest"]).strip()
            return None if _SAYS_NOTHING.fullmatch(rest) else rest
    return None
