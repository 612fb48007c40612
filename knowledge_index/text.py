"""One spelling of a text before anything is computed from it, so that equal texts share one vector."""

import re
import unicodedata

MAX_CHARS = 4_000
"""Longer texts are cut here first; no model reads that far."""

_CONTROL_OR_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile("[A-Za-z]{3,}")
_KANA = re.compile("[\u3040-\u30ff]")
_SIMPLER = str.maketrans(
    "門鎖開關機電線網絡頻鏡頭攝燈連斷裝設備號碼驗證帳賬戶訂單貨換錢價優運費發據買賣還維護壞問題請這個們麼嗎為說話讓幫時間點長"
    "過來對錯無沒從應該現實樣種類數總結給經濟務員處決變動聲響聽視覺觀傳輸進遠離達遲緊報塊寬濕熱溫滅煙氣閃綁聯藍齒訊級復舊啟閉"
    "鍵盤輕觸鑰櫃樓層區廣場縣鎮鄉國際郵遞遺丟損傷險陳詢諮謝訴評論獎轉賠償責約條協議權隱資庫讀寫檔圖標誌簡體譯語調試檢測產質廠"
    "準註冊錄選擇項頁簽顯異樂燒壓縮滿夠釋領導紙張筆腦軟後",
    "门锁开关机电线网络频镜头摄灯连断装设备号码验证账账户订单货换钱价优运费发据买卖还维护坏问题请这个们么吗为说话让帮时间点长"
    "过来对错无没从应该现实样种类数总结给经济务员处决变动声响听视觉观传输进远离达迟紧报块宽湿热温灭烟气闪绑联蓝齿讯级复旧启闭"
    "键盘轻触钥柜楼层区广场县镇乡国际邮递遗丢损伤险陈询咨谢诉评论奖转赔偿责约条协议权隐资库读写档图标志简体译语调试检测产质厂"
    "准注册录选择项页签显异乐烧压缩满够释领导纸张笔脑软后",
)
"""Of about 200 characters that support is asked about, the traditional and the simplified one."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])|\n+")


def clean(text: str) -> str:
    """NFKC with single spaces; no NUL, control, zero-width character or surrogate. "" when nothing is left."""
    text = _SURROGATE.sub("", text[:MAX_CHARS])
    text = unicodedata.normalize("NFKC", text)
    return simplified(_CONTROL_OR_SPACE.sub(" ", _INVISIBLE.sub("", text)).strip())


def simplified(text: str) -> str:
    """Traditional characters that support is asked about as simplified ones, one for one. Japanese stays as it is."""
    return text if _KANA.search(text) or not is_chinese(text) else text.translate(_SIMPLER)


def is_chinese(text: str) -> bool:
    """Whether any CJK ideograph stands in the text."""
    return _CJK.search(text) is not None


def mixes_scripts(text: str) -> bool:
    """Whether words in Latin letters stand beside Chinese characters."""
    return is_chinese(text) and _LATIN_WORD.search(text) is not None


def sentences(text: str) -> list[str]:
    """The sentences of an answer, in order, each cleaned, empty ones left out."""
    parts = (clean(part) for part in _SENTENCE_END.split(text))
    return [part for part in parts if part]
