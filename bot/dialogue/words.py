"""What the system says on its own in a turn. Both languages in one place; `{}` fields are filled by the caller."""

_WORDS: dict[str, dict[str, str]] = {
    "did_you_mean": {
        "en": "I am not quite sure. Is it one of these?",
        "zh": "我不太确定，您想问的是下面哪一个？",
    },
    "only_in_en": {"en": "I have this answer in English only:", "zh": "这个问题目前只有英文解答："},
    "only_in_zh": {"en": "I have this answer in Chinese only:", "zh": "这个问题目前只有中文解答："},
    "none_of_these": {"en": "None of these, talk to a person", "zh": "都不是，转人工"},
    "talk_to_a_person": {"en": "Talk to a person", "zh": "转人工客服"},
    "offer_human": {
        "en": "I do not have an answer to that yet. You can put it in other words, or a person takes over right away.",
        "zh": "这个问题我暂时没有答案。您可以换个说法再问一次，也可以马上转人工客服。",
    },
    "offer_to_say_more": {
        "en": "What would you like to know or do about it? Tell me in one sentence, or a person takes over right away.",
        "zh": "关于这个，您想了解或办理什么？请用一句话告诉我，也可以马上转人工客服。",
    },
    "offer_after_denial": {
        "en": "Understood, then I do nothing about that. Tell me in one sentence what you would like instead.",
        "zh": "明白，那这件事我不处理。您需要什么，请用一句话告诉我。",
    },
    "offer_after_not_helpful": {
        "en": "Thank you for saying so. Tell me what is still open, or a person takes over right away.",
        "zh": "谢谢您告诉我。请说说哪里还没解决，或者马上转人工客服。",
    },
    "offer_after_correction": {
        "en": "Then I took it wrong. Tell me in one sentence what you need, or a person takes over right away.",
        "zh": "那是我理解错了。请用一句话告诉我您要办什么，或者马上转人工客服。",
    },
    "still_here": {
        "en": "I am here, and I am a bot. Tell me in one sentence what you need, or write “human” for a person.",
        "zh": "我在，我是机器人。请用一句话告诉我您要办什么，想找人工就发“人工”。",
    },
    "noted_again": {"en": "Noted as well.", "zh": "这条也记下了。"},
    "closing_again": {
        "en": "Always glad to help. This conversation stays open for you.",
        "zh": "很乐意帮忙，这个对话会一直为您保留。",
    },
    "offer_after_complaint": {
        "en": "If you would rather settle this with a person now, one tap is enough.",
        "zh": "如果您希望现在就由人工处理，点一下即可。",
    },
    "already_said": {
        "en": "What I know about that is in my last answer. If it does not settle it, a person takes over right away.",
        "zh": "关于这个，我知道的都在刚才的回答里。如果还没解决，可以马上转人工客服。",
    },
    "still_being_handled": {
        "en": "Your message is safely received and being handled. It takes a little longer than usual.",
        "zh": "您的消息已安全收到，正在处理，比平时稍慢一些。",
    },
    "overloaded": {
        "en": "Many people are writing just now, so this takes longer. Your message keeps its place. "
        "If you prefer, a person takes over and you get a ticket number right away.",
        "zh": "现在咨询的人较多，需要更久一些，您的消息已排队保留。您也可以直接转人工，马上会得到工单号。",
    },
}


def in_its_language(answer: str, language: str | None, asked_in: str, reply_language: str) -> str:
    """An article's answer; one that is not in the language that was asked in says so first."""
    if language is None or language == asked_in:
        return answer
    return f"{say(f'only_in_{language}', reply_language)}\n\n{answer}"


def say(name: str, language: str) -> str:
    """The sentence `name` in the reply language."""
    return _WORDS[name]["zh" if language == "zh" else "en"]
