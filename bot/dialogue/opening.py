"""What a message says after its greeting: "good morning! quick one: do you ship to Malta?". Pure, by wording alone.

A greeting is heard as one, however much is asked after it, and its words lie far from every article.
"""

import re

FEWEST_WORDS, FEWEST_CHARACTERS = 4, 4
"""Of fewer, or as many Chinese characters, nothing is asked for certain: "hi, anybody home?"."""

_MARK = r"\s*[,，.。!！:：;；~～、…–-][\s,，.。!！:：;；~～、…–-]*"
_ENGLISH = re.compile(
    r"(?:(?:hi|hiya|hello|hey|good (?:morning|afternoon|evening|day)|greetings|ok|okay)"
    rf"(?: there| again| everyone| team| all| guys)?(?:{_MARK}|\s+)"
    r"|(?:morning|afternoon|evening|excuse me|sorry|alright|well|right|cool|great|fine|thanks|thank you|cheers"
    rf"|(?:a |just a |one |another )?(?:quick |short )?(?:question|one|thing)|i have a question){_MARK})+",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:(?:你好|您好|早上好|上午好|中午好|下午好|晚上好|哈喽|嗨|hello|hi|在吗|在么|打扰一下|打扰了|不好意思"
    r"|请问一?下?|(?:我?想)?(?:问|咨询)(?:一下|下|个问题)|再问一?[下个])[\s呀啊了]*"
    rf"(?:{_MARK})?|(?:(?:多谢|谢谢|感谢)[你您啊了]*|早|亲|好|好的|好吧|行|嗯|那个|ok|机器人){_MARK})+",
    re.IGNORECASE,
)
_WHO_OR_WHETHER_HERE = re.compile(
    r"(?:is (?:this|that|there|any\w*|some\w*)|any\w*|some\w*|this is|it's|its|my name|i'm|i am|it is)\b"
    r"|我[姓叫是]|有人|有没有人|在",
    re.IGNORECASE,
)
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def after(text: str) -> str | None:
    """What follows the greeting, where there is one and enough follows it; else None."""
    is_chinese = _HAN.search(text) is not None
    found = (_CHINESE if is_chinese else _ENGLISH).match(text.strip())
    if found is None:
        return None
    rest = text.strip()[found.end() :]
    said = len(_HAN.findall(rest)) > FEWEST_CHARACTERS if is_chinese else len(_WORD.findall(rest)) >= FEWEST_WORDS
    return rest if said and not _WHO_OR_WHETHER_HERE.match(rest) else None
