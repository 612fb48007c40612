import pytest

from bot.understanding import facts
from bot.understanding.language import detect

SAID = {
    "en": [
        "lock broken", "hi", "OK", "where order?", "Emberly Hub offline", "thx", "asap plz", "human", "reset code",
        "What does 门锁 mean on the screen of my hub?", "what is 3 plus 3", "good morning", "wifi",
    ],
    "zh": [
        "你好", "人工", "锁坏了",
        "我的 Emberly Smart Lock Pro 打不开", "please help 我的门锁坏了", "hi, 你好", "Wi-Fi 连不上",
        "我的訂單到哪了", "ok 谢谢", "AB1234567 到哪了", "refund 什么时候到", "怎么 reset 我的 camera", "门锁offline了",
    ],
    "es": ["hola, ¿dónde está mi pedido?", "mi cerradura no funciona", "gracias"],
    "fr": ["bonjour, où est ma commande", "ma serrure ne marche pas", "merci"],
    "de": ["wo ist mein paket", "hallo", "mein türschloss ist offline", "Ich möchte eine Rechnung"],
    "it": ["dov'è il mio ordine", "grazie", "la serratura non funziona"],
    "pt": ["onde está o meu pedido", "obrigado", "minha câmera não funciona"],
    "nl": ["waar is mijn bestelling", "de camera werkt niet", "bedankt"],
    "pl": ["gdzie jest moja paczka"],
    "tr": ["siparişim nerede"],
    "sv": ["var är mitt paket"],
    "id": ["di mana pesanan saya"],
    "vi": ["đơn hàng của tôi ở đâu"],
    "ja": ["注文はどこですか", "カメラ", "スマートロックが開きません"],
    "ko": ["주문이 어디에 있나요"],
    "ru": ["где мой заказ"],
    "uk": ["де моє замовлення, її немає"],
    "ar": ["أين طلبي"],
    "he": ["איפה ההזמנה שלי"],
    "th": ["คำสั่งซื้อของฉันอยู่ที่ไหน"],
    "hi": ["मेरा ऑर्डर कहाँ है"],
    "el": ["πού είναι η παραγγελία μου"],
    "und": ["", " ", "123456", "😡😡", "???", "AB1234567", "\x00"],
}  # fmt: skip


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in SAID.items() for text in texts])
def test_even_a_few_words_tell_their_language(code: str, text: str) -> None:
    assert detect(text) == code


def test_we_answer_in_english_whoever_does_not_write_chinese() -> None:
    assert [facts.read(text).reply_language for text in ("hi", "你好", "bonjour", "42")] == ["en", "zh", "en", "en"]


def test_only_english_is_embedded_by_the_english_model() -> None:
    assert [facts.read(text).embedding for text in ("where is it", "在哪", "où est ma commande")] == [
        "en",
        "multi",
        "multi",
    ]
