"""Texts and voices of the tests of estimated durations, and the accuracy that is promised."""

ACCURACY = 0.15
"""The part of a duration by which its estimate may be wrong."""

CHINESE = (
    "早安，你昨天晚上去哪裡了？",
    "我去參加了一場讀書會，大家一起討論了一本關於城市歷史的書。",
    "聽起來很有意思。你們討論了哪些章節呢？",
    "主要是談老街的改建，還有人們怎麼記得已經消失的地方。",
    "我小時候常常跟著祖父去那條街買豆漿。後來店收了，我再也沒有去過。",
    "下次我們一起去走走吧，聽說那裡開了一家新的咖啡店。",
    "好啊，星期六下午怎麼樣？",
    "沒問題，我兩點在車站等你。",
    "二零二五年的春天，這座城市終於完成了捷運環狀線的最後一段工程。",
    "居民都說，以前要花一個小時的路程，現在只要二十分鐘。",
)
ENGLISH = (
    "Good morning. Did you sleep well last night?",
    "Not really, the neighbours were moving their furniture until two in the morning.",
    "That sounds terrible. Have you tried to talk to them about it?",
    "I have, but they only laughed and said that they would be finished by the weekend.",
    "In the meantime you could stay with us; the guest room is empty.",
    "That is very kind of you. I might take you up on that offer.",
    "The committee met on Tuesday to discuss the future of the old library building.",
    "After a long debate, the members agreed to keep the reading room open to the public.",
)
TAIWAN = ("zh-TW-HsiaoYuNeural", "zh-TW-YunJheNeural")
AMERICA = ("en-US-AvaNeural", "en-US-AndrewNeural")
