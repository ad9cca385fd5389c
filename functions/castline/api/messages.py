"""Messages for clients, in each language. Messages about failed jobs are in ``castline.jobs.failures``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from castline.api.negotiation import Language
from castline.audio.upload_limits import (
    MAX_AUDIO_BYTES,
    MAX_AUDIO_MS,
    MAX_IMAGE_BYTES,
    MAX_IMAGE_PIXELS,
    MAX_SAMPLE_RATE_HZ,
    MIN_SAMPLE_RATE_HZ,
    UploadProblem,
)
from castline.casting.model import NoteKind
from castline.scripts.questions import Choice, QuestionKind
from castline.scripts.warnings import WarningKind

if TYPE_CHECKING:
    from castline.casting.model import Note

_Catalogue = Mapping[str, Mapping[Language, str]]

_ZH, _EN = Language.CHINESE, Language.ENGLISH

_ERRORS: _Catalogue = {
    "AUDIO_NOT_AVAILABLE": {
        _ZH: "這個工作的音檔已無法取得，請重新提交",
        _EN: "The audio of this job is no longer available. Please submit it again.",
    },
    "DELIVERY_NOT_FOUND": {_ZH: "遞送紀錄不存在", _EN: "There is no such delivery."},
    "IDEMPOTENCY_KEY_REUSED": {
        _ZH: "這個 Idempotency-Key 已用於另一個請求",
        _EN: "This Idempotency-Key has been used for another request.",
    },
    "INPUT_NOT_AVAILABLE": {
        _ZH: "這個工作的輸入內容已無法取得，請建立新的工作",
        _EN: "The input of this job is no longer available. Please submit it as a new job.",
    },
    "INTERNAL_ERROR": {
        _ZH: "系統發生錯誤，請稍後再試",
        _EN: "Something went wrong on our side. Please try again later.",
    },
    "JOB_CANNOT_CANCEL": {_ZH: "無法取消，只有等待中的工作可以取消", _EN: "Only a pending job can be cancelled."},
    "JOB_CANNOT_RENDER": {
        _ZH: "無法產生其他版本，只有已完成的工作可以",
        _EN: "Only a completed job can have other versions.",
    },
    "JOB_CANNOT_RESUBMIT": {
        _ZH: "無法重新提交，請等待工作結束",
        _EN: "Only a job that has ended can be submitted again.",
    },
    "JOB_HAS_ENDED": {_ZH: "這個工作已經結束", _EN: "The job has already ended."},
    "JOB_STILL_ACTIVE": {
        _ZH: "這個工作還在進行，請先停止或等待它結束",
        _EN: "The job has not ended yet. Please stop it first, or wait until it ends.",
    },
    "PLAYLIST_NOT_AVAILABLE": {
        _ZH: "這個工作無法邊做邊聽，請等待音檔完成",
        _EN: "This job has no playlist. Please wait for its audio.",
    },
    "JOB_LIMIT_EXCEEDED": {
        _ZH: "已達並發上限，請等待現有工作完成",
        _EN: "You have reached the limit of active jobs. Please wait for one to finish.",
    },
    "JOB_NOT_COMPLETED": {_ZH: "音檔尚未完成", _EN: "The audio is not finished yet."},
    "JOB_NOT_FOUND": {_ZH: "工作不存在", _EN: "There is no such job."},
    "METHOD_NOT_ALLOWED": {_ZH: "這個路徑不接受這個方法", _EN: "This path does not support this method."},
    "NOT_FOUND": {_ZH: "路徑不存在", _EN: "This path does not exist."},
    "PRECONDITION_FAILED": {
        _ZH: "目前的內容與 If-Match 或 If-None-Match 的條件不符，請重新讀取後再試",
        _EN: "The current content does not meet the condition in If-Match or If-None-Match. Please read it again.",
    },
    "PRONUNCIATION_SET_LIMIT_EXCEEDED": {
        _ZH: "已達發音組數上限，請先刪除不需要的發音組",
        _EN: "You have reached the limit of pronunciation sets. Please delete one first.",
    },
    "PRONUNCIATION_SET_NOT_FOUND": {_ZH: "發音組不存在", _EN: "There is no such pronunciation set."},
    "PROVIDER_UNAVAILABLE": {
        _ZH: "語音服務暫時無法使用，請稍後再試",
        _EN: "The speech provider is unavailable for the moment. Please try again later.",
    },
    "QUOTA_EXCEEDED": {
        _ZH: "這個請求會超過字元額度，哪一項額度與何時重設請見 details",
        _EN: "This request would exceed a character quota. The details say which one, and when it resets.",
    },
    "RATE_LIMITED": {
        _ZH: "試聽次數過多，請稍後再試",
        _EN: "You have requested too many previews. Please wait a moment.",
    },
    "REQUEST_TOO_LARGE": {_ZH: "請求內容過大", _EN: "The request body is too large."},
    "SERVICE_UNAVAILABLE": {
        _ZH: "服務暫時無法使用，請稍後再試",
        _EN: "The service is unavailable for the moment. Please try again later.",
    },
    "SHOW_LIMIT_EXCEEDED": {
        _ZH: "已達節目數上限，請先刪除不需要的節目",
        _EN: "You have reached the limit of shows. Please delete one first.",
    },
    "SHOW_NOT_FOUND": {_ZH: "節目不存在", _EN: "There is no such show."},
    "SOUND_LIMIT_EXCEEDED": {
        _ZH: "已達音效數上限，請先刪除不需要的音效",
        _EN: "You have reached the limit of sounds. Please delete one first.",
    },
    "SUBMISSIONS_STOPPED": {
        _ZH: "目前暫停接受新工作，請稍後再試",
        _EN: "New jobs are not accepted at the moment. Please try again later.",
    },
    "SOUND_NOT_FOUND": {_ZH: "音效不存在", _EN: "There is no such sound."},
    "SUBTITLES_NOT_AVAILABLE": {
        _ZH: "這個工作的字幕已無法取得",
        _EN: "The subtitles of this job are no longer available.",
    },
    "TIMINGS_NOT_AVAILABLE": {
        _ZH: "這個工作的時間資料已無法取得",
        _EN: "The timings of this job are no longer available.",
    },
    "UNAUTHORIZED": {_ZH: "請先登入", _EN: "Please sign in."},
    "VALIDATION_ERROR": {_ZH: "請求內容有誤", _EN: "The request is not valid."},
    "WEBHOOK_DISABLED": {
        _ZH: "這個 webhook 已停用，請先啟用",
        _EN: "This webhook is disabled. Please enable it first.",
    },
    "WEBHOOK_LIMIT_EXCEEDED": {
        _ZH: "已達 webhook 數上限，請先刪除不需要的 webhook",
        _EN: "You have reached the limit of webhooks. Please delete one first.",
    },
    "WEBHOOK_NOT_FOUND": {_ZH: "webhook 不存在", _EN: "There is no such webhook."},
}

_PROBLEMS: _Catalogue = {
    "blank": {_ZH: "不可為空白", _EN: "must not be blank"},
    "bool_type": {_ZH: "必須是 true 或 false", _EN: "must be true or false"},
    "choice_of_question": {
        _ZH: "這個問題的選項是：{choices}",
        _EN: "must be one of the question's choices: {choices}",
    },
    "conflicting_position": {_ZH: "不可與 cursor 同時使用", _EN: "cannot be combined with cursor"},
    "content_type": {_ZH: "Content-Type 必須是 application/json", _EN: "Content-Type must be application/json"},
    "day": {_ZH: "必須是日期，例如 2026-11-30", _EN: "must be a day such as 2026-11-30"},
    "document_name": {
        _ZH: "必須是 1 到 64 個英文字母、數字、「-」、「_」或「.」，且不可以「.」開頭",
        _EN: "must be 1 to 64 letters (A to Z), digits, hyphens, underscores or dots, and must not begin with a dot",
    },
    "duplicate_index": {
        _ZH: "index {index} 重複，每一句的 index 必須不同",
        _EN: "index {index} is used by an earlier turn",
    },
    "duplicate_pronunciation": {
        _ZH: "前面已有相同文字與語言的發音",
        _EN: "an earlier entry has the same text and language",
    },
    "duplicate_speaker": {_ZH: "講者「{speaker}」重複指定聲音", _EN: "speaker {speaker} already has a voice"},
    "enum": {_ZH: "必須是 {expected}", _EN: "must be {expected}"},
    "extra_forbidden": {_ZH: "未知的欄位", _EN: "unknown field"},
    "finite_number": {_ZH: "必須是有限的數字", _EN: "must be a finite number"},
    "float_type": {_ZH: "必須是數字", _EN: "must be a number"},
    "greater_than_equal": {_ZH: "不可小於 {ge}", _EN: "must be at least {ge}"},
    "int_parsing": {_ZH: "必須是整數", _EN: "must be an integer"},
    "int_type": {_ZH: "必須是整數", _EN: "must be an integer"},
    "invalid_cursor": {_ZH: "不是有效的 cursor", _EN: "is not a valid cursor"},
    "json_invalid": {
        _ZH: "不是有效的 JSON（第 {line} 行第 {column} 個字元）",
        _EN: "not valid JSON (line {line}, character {column})",
    },
    "language_tag": {_ZH: "不是有效的語言代碼，例如 zh-TW", _EN: "must be a language tag such as zh-TW"},
    "less_than_equal": {_ZH: "不可大於 {le}", _EN: "must be at most {le}"},
    "list_type": {_ZH: "必須是陣列", _EN: "must be an array"},
    "literal_error": {_ZH: "必須是 {expected}", _EN: "must be {expected}"},
    "missing": {_ZH: "必填", _EN: "required"},
    "model_attributes_type": {_ZH: "必須是物件", _EN: "must be an object"},
    "model_type": {_ZH: "必須是物件", _EN: "must be an object"},
    "month": {_ZH: "必須是年月，例如 2026-11", _EN: "must be a month such as 2026-11"},
    "nested_too_deeply": {_ZH: "JSON 的層數過多", _EN: "the JSON is nested too deeply"},
    "no_audio": {
        _ZH: "沒有產生聲音，請檢查文字內容與聲音「{voice_id}」的語言是否相符",
        _EN: "produces no sound; check that the text is in a language of the voice {voice_id}",
    },
    "no_spoken_turn": {_ZH: "至少要有一句台詞", _EN: "must have at least one spoken turn"},
    "not_utf8": {_ZH: "不是有效的 UTF-8", _EN: "not valid UTF-8"},
    "number_too_long": {_ZH: "數字過長", _EN: "a number has too many digits"},
    "offset_too_large": {
        _ZH: "不可大於 {max}，更早的工作請用 cursor 取得",
        _EN: "must be at most {max}; use cursor to go further",
    },
    "only_of_sounds": {
        _ZH: "只能用於音效，請加上 sound_id 或刪除這個欄位",
        _EN: "is only for sounds; add a sound_id, or remove this field",
    },
    "only_of_spoken_turns": {
        _ZH: "只能用於台詞，有 sound_id 的是音效",
        _EN: "is only for spoken turns; a turn with a sound_id is a sound",
    },
    "pronunciation_alphabet": {
        _ZH: "alphabet 只能與 phoneme 一起使用",
        _EN: "alphabet can only be used with phoneme",
    },
    "pronunciation_choice": {
        _ZH: "必須有 alias 或 phoneme，且只能有其中一個",
        _EN: "must have either alias or phoneme, but not both",
    },
    "provider_not_enabled": {
        _ZH: "沒有啟用這個語音服務，可用的是：{providers}",
        _EN: "is not enabled; the enabled providers are: {providers}",
    },
    "rigid_pitch": {
        _ZH: "聲音「{voice_id}」的音高固定，請將 pitch 設為 0，或換一個聲音",
        _EN: "the voice {voice_id} has a fixed pitch; set pitch to 0, or choose another voice",
    },
    "rejected_by_provider": {
        _ZH: "語音服務無法處理這段文字",
        _EN: "the speech provider cannot speak this text",
    },
    "rigid_speed": {
        _ZH: "聲音「{voice_id}」的語速固定，請將 speed 設為 1，或換一個聲音",
        _EN: "the voice {voice_id} has a fixed speed; set speed to 1, or choose another voice",
    },
    "no_styles": {
        _ZH: "聲音「{voice_id}」沒有說話風格，請刪除 style，或換一個聲音",
        _EN: "the voice {voice_id} has no styles; remove style, or choose another voice",
    },
    "language_of_voice": {
        _ZH: "聲音「{voice_id}」不會說這個語言，請刪除 language，或換一個聲音",
        _EN: "the voice {voice_id} does not speak this language; remove language, or choose another voice",
    },
    "style_of_voice": {
        _ZH: "聲音「{voice_id}」沒有這個說話風格，可用的是：{styles}",
        _EN: "the voice {voice_id} does not have this style; its styles are: {styles}",
    },
    "sound_content_type": {
        _ZH: "必須是 {content_types} 其中之一",
        _EN: "must be one of {content_types}",
    },
    "sound_too_large": {
        _ZH: "檔案不可超過 {max_mb} MB",
        _EN: "the file must not be larger than {max_mb} MB",
    },
    "script_empty": {
        _ZH: "第 {line} 行：腳本沒有任何台詞，請寫成「A：你好」的形式",
        _EN: "line {line}: the script has nothing to speak; write lines such as A: Hello",
    },
    "script_blank": {
        _ZH: "第 {line} 行：講者名稱或台詞只有看不見的字元，請補上文字或刪除這一行",
        _EN: "line {line}: the speaker's name or the text has only invisible characters; add visible ones, or "
        "delete the line",
    },
    "script_json_turn": {
        _ZH: '第 {line} 行：{path} 必須是有內容的字串，每一句都要寫成 {{"speaker": "A", "text": "你好"}} 的形式',
        _EN: 'line {line}: {path} is missing or is not text; write each turn as {{"speaker": "A", "text": "Hello"}}',
    },
    "script_json_without_turns": {
        _ZH: "第 {line} 行：JSON 裡沒有台詞，請寫成陣列，或含有 turns 陣列的物件",
        _EN: "line {line}: the JSON has no turns; write an array of turns, or an object with an array named turns",
    },
    "script_not_json": {
        _ZH: "第 {line} 行：不是有效的 JSON",
        _EN: "line {line}: this is not valid JSON",
    },
    "script_speaker_too_long": {
        _ZH: "第 {line} 行：講者名稱不可超過 {max_length} 個字元，請縮短「{speaker}…」",
        _EN: "line {line}: a speaker's name must not have more than {max_length} characters; shorten {speaker}…",
    },
    "script_speaker_without_text": {
        _ZH: "第 {line} 行：講者「{speaker}」沒有台詞，請補上文字或刪除這一行；舞台指示請寫在圓括號內",
        _EN: "line {line}: speaker {speaker} says nothing; add text or delete the line, and put stage directions in "
        "parentheses",
    },
    "script_too_many_characters": {
        _ZH: "第 {line} 行：全部文字共 {characters} 個字元，從這一行起超過 {max_characters} 個，請縮短腳本",
        _EN: "line {line}: from this line on, the texts exceed {max_characters} characters ({characters} in total); "
        "shorten the script",
    },
    "script_too_many_turns": {
        _ZH: "第 {line} 行：從這一行起超過 {max_turns} 句，請縮短腳本",
        _EN: "line {line}: from this line on, the script exceeds {max_turns} turns; shorten it",
    },
    "script_unspeakable_character": {
        _ZH: "第 {line} 行：含有無法朗讀的字元（{code_point}），請刪除",
        _EN: "line {line}: contains a character that cannot be spoken ({code_point}); delete it",
    },
    "script_without_speaker": {
        _ZH: "第 {line} 行：這一行之前沒有講者，請在行首加上講者，例如「A：」，或刪除這一行",
        _EN: "line {line}: there is no speaker before this line; begin it with a speaker such as A:, or delete it",
    },
    "speaker_without_voice": {_ZH: "講者「{speaker}」沒有指定聲音", _EN: "speaker {speaker} has no voice"},
    "sound_not_audio": {_ZH: "這個音效是圖片，請選擇聲音檔", _EN: "this sound is an image; choose one with audio"},
    "sound_not_image": {_ZH: "封面必須是圖片", _EN: "a cover must be an image"},
    "sound_not_ready": {
        _ZH: "這個音效尚未就緒，請等待處理完成",
        _EN: "this sound is not ready; wait until its status is ready",
    },
    "sounds_too_long": {
        _ZH: "台詞之間的音效共 {minutes} 分鐘，不可超過 {max_minutes} 分鐘",
        _EN: "the sounds among the turns last {minutes} minutes, which is more than {max_minutes}",
    },
    "string_too_long": {_ZH: "不可超過 {max_length} 個字元", _EN: "must not have more than {max_length} characters"},
    "string_too_short": {_ZH: "至少需要 {min_length} 個字元", _EN: "must have {min_length} or more characters"},
    "string_unicode": {_ZH: "含有不完整的 Unicode 字元", _EN: "contains half of a surrogate pair"},
    "string_type": {_ZH: "必須是字串", _EN: "must be a string"},
    "too_large_as_json": {
        _ZH: "以 JSON 表示共 {bytes} 個位元組，不可超過 {max_bytes} 個，請縮短文字、講者名稱、voice_name、章節標題或"
        "發音表",
        _EN: "takes {bytes} bytes as JSON, which is more than {max_bytes}; shorten the texts, the speakers' names, "
        "the values of voice_name, the titles of chapters or the pronunciations",
    },
    "too_large_to_store": {
        _ZH: "壓縮後共 {bytes} 個位元組，不可超過 {max_bytes} 個，請縮短文字、講者名稱、voice_name、章節標題或發音表",
        _EN: "takes {bytes} bytes when compressed, which is more than {max_bytes}; shorten the texts, the speakers' "
        "names, the values of voice_name, the titles of chapters or the pronunciations",
    },
    "too_long": {_ZH: "不可超過 {max_length} 項", _EN: "must not have more than {max_length} items"},
    "too_many_characters": {
        _ZH: "全部文字共 {characters} 個字元，不可超過 {max_characters} 個",
        _EN: "all texts together have {characters} characters, which is more than {max_characters}",
    },
    "too_many_pronunciations": {
        _ZH: "文字用到 {count} 項發音，不可超過 {max_count} 項，請將文字分成幾個工作",
        _EN: "the texts use {count} pronunciations, which is more than {max_count}; split them into several jobs",
    },
    "too_many_sound_turns": {
        _ZH: "共有 {count} 個音效，不可超過 {max_count} 個",
        _EN: "there are {count} sounds among the turns, which is more than {max_count}",
    },
    "too_many_sounds": {
        _ZH: "共使用 {count} 種不同的音效，不可超過 {max_count} 種",
        _EN: "{count} different sounds are used, which is more than {max_count}",
    },
    "too_many_spoken_characters": {
        _ZH: "套用 alias 後，要朗讀的文字共 {characters} 個字元，不可超過 {max_characters} 個",
        _EN: "as spoken, with aliases, the texts have {characters} characters, which is more than {max_characters}",
    },
    "too_much_silence": {
        _ZH: "文字中的停頓共 {minutes} 分鐘，不可超過 {max_minutes} 分鐘",
        _EN: "the pauses in the texts last {minutes} minutes, which is more than {max_minutes}",
    },
    "too_many_values": {_ZH: "JSON 的陣列與物件過多", _EN: "the JSON has too many arrays and objects"},
    "too_short": {_ZH: "至少需要 {min_length} 項", _EN: "must have {min_length} or more items"},
    "under_nothing": {
        _ZH: "之後沒有台詞，音效無法墊在台詞下面",
        _EN: "no spoken turn comes after this sound",
    },
    "unknown_phoneme": {
        _ZH: "沒有語音服務能以這個語言朗讀這個音標，請檢查拼寫、alphabet 與 language",
        _EN: "no speech provider supports this phoneme in this language; check its spelling, alphabet and language",
    },
    "unknown_pronunciation_set": {
        _ZH: "沒有名為「{name}」的發音組",
        _EN: "you have no pronunciation set named {name}",
    },
    "unknown_sound": {_ZH: "沒有這個音效", _EN: "you have no such sound"},
    "unspeakable_character": {
        _ZH: "第 {position} 個字元無法朗讀（{code_point}）",
        _EN: "character {position} cannot be spoken ({code_point})",
    },
    "voice_not_found": {
        _ZH: "找不到聲音「{voice_id}」，請換一個聲音",
        _EN: "there is no voice {voice_id}; please choose another",
    },
    "voice_id_of_provider": {
        _ZH: "不是 {provider} 的聲音代碼，例如 {example}",
        _EN: "must be a voice id of {provider} such as {example}",
    },
    "webhook_secret_missing": {
        _ZH: "還沒有用來簽署的密鑰，請先以 POST /webhooks/job/rotate 取得",
        _EN: "you have no secret for signing its requests; create one with POST /webhooks/job/rotate",
    },
    "webhook_url_credentials": {
        _ZH: "網址不可包含使用者名稱或密碼",
        _EN: "must not contain a user name or a password",
    },
    "webhook_url_fragment": {_ZH: "網址不可包含「#」之後的部分", _EN: "must not contain a fragment (#)"},
    "webhook_url_not_https": {_ZH: "網址必須以 https:// 開頭", _EN: "must begin with https://"},
    "webhook_url_not_public": {
        _ZH: "必須是公開網路上的主機，不可為內部或保留的位址或名稱",
        _EN: "must be a host on the public Internet, not a private or reserved address or name",
    },
    "webhook_url_port": {
        _ZH: "連接埠必須是 443，或 1024 到 65535",
        _EN: "the port must be 443, or between 1024 and 65535",
    },
    "webhook_url_too_long": {
        _ZH: "編碼後不可超過 {max_length} 個字元",
        _EN: "must not have more than {max_length} characters when it is percent-encoded",
    },
    "webhook_url_unreadable": {
        _ZH: "不是有效的網址，例如 https://example.com/castline",
        _EN: "must be a URL such as https://example.com/castline",
    },
    "webhook_without_url": {
        _ZH: "各個工作自己的 webhook_url 共用這個 webhook，它本身沒有網址",
        _EN: "this webhook stands for the webhook_url of single jobs and has no URL of its own",
    },
    "words_in_srt": {
        _ZH: "srt 無法標示每個字詞的時間，請改用 vtt 或 ass",
        _EN: "srt cannot contain the times of words; use vtt or ass",
    },
    "user_id": {_ZH: "不是有效的使用者代碼", _EN: "not a valid user id"},
    "voice_id": {_ZH: "不是有效的聲音代碼", _EN: "not a valid voice id"},
}

_ANY_PROBLEM = {_ZH: "內容有誤", _EN: "not valid"}

_UPLOAD_PROBLEMS: Mapping[UploadProblem, Mapping[Language, str]] = {
    UploadProblem.EMPTY: {
        _ZH: "檔案是空的，或裡面沒有聲音",
        _EN: "The file is empty or has no sound.",
    },
    UploadProblem.TOO_LARGE: {
        _ZH: f"檔案過大：聲音最多 {MAX_AUDIO_BYTES // 2**20} MB，圖片最多 {MAX_IMAGE_BYTES // 2**20} MB",
        _EN: (
            f"The file is too large. Audio can have up to {MAX_AUDIO_BYTES // 2**20} MB, "
            f"an image up to {MAX_IMAGE_BYTES // 2**20} MB."
        ),
    },
    UploadProblem.TOO_LONG: {
        _ZH: f"聲音過長，最多 {MAX_AUDIO_MS // 60_000} 分鐘",
        _EN: f"The audio is too long. It can last at most {MAX_AUDIO_MS // 60_000} minutes.",
    },
    UploadProblem.TOO_MANY_CHANNELS: {
        _ZH: "聲道過多，請轉成單聲道或立體聲",
        _EN: "The audio has too many channels. Please convert it to mono or stereo.",
    },
    UploadProblem.UNSUPPORTED_SAMPLE_RATE: {
        _ZH: f"取樣率必須在 {MIN_SAMPLE_RATE_HZ // 1000} 到 {MAX_SAMPLE_RATE_HZ // 1000} kHz 之間",
        _EN: f"The sample rate must be between {MIN_SAMPLE_RATE_HZ // 1000} and {MAX_SAMPLE_RATE_HZ // 1000} kHz.",
    },
    UploadProblem.NOT_AUDIO: {
        _ZH: "這不是可以讀取的聲音檔，請上傳 MP3、M4A、AAC、Ogg、Opus、FLAC、WAV 或 AIFF",
        _EN: "This is not an audio file that can be read. Please upload MP3, M4A, AAC, Ogg, Opus, FLAC, WAV or AIFF.",
    },
    UploadProblem.HAS_VIDEO: {
        _ZH: "這個檔案含有影片，請只上傳聲音",
        _EN: "The file contains video. Please upload only its audio.",
    },
    UploadProblem.SEVERAL_STREAMS: {
        _ZH: "這個檔案有好幾條音軌，請只保留一條",
        _EN: "The file contains several audio tracks. Please keep only one.",
    },
    UploadProblem.BROKEN: {
        _ZH: "檔案損壞或不完整，請重新匯出後再上傳",
        _EN: "The file is damaged or incomplete. Please export it and upload it again.",
    },
    UploadProblem.TOO_SLOW_TO_DECODE: {
        _ZH: "讀取這個檔案花費太多時間，請轉成 MP3 或 WAV 後再上傳",
        _EN: "The file takes too long to read. Please convert it to MP3 or WAV and upload it again.",
    },
    UploadProblem.NOT_AN_IMAGE: {
        _ZH: "這不是 JPEG 或 PNG 圖片",
        _EN: "This is not a JPEG or PNG image.",
    },
    UploadProblem.IMAGE_TOO_LARGE: {
        _ZH: f"圖片過大，寬與高最多 {MAX_IMAGE_PIXELS} 像素",
        _EN: f"The image is too large. Each side can have at most {MAX_IMAGE_PIXELS} pixels.",
    },
}

_WARNINGS: _Catalogue = {
    WarningKind.DIRECTION_NOT_SPOKEN: {
        _ZH: "舞台指示不會朗讀：{text}",
        _EN: "Stage directions are not spoken: {text}",
    },
    WarningKind.UNKNOWN_TAG: {
        _ZH: "無法識別的標籤，不會朗讀：{text}",
        _EN: "This tag is unknown and is not spoken: {text}",
    },
    WarningKind.STYLE_NOT_AVAILABLE: {
        _ZH: "這個聲音沒有這種風格，將以原本的風格朗讀：{text}",
        _EN: "The voice does not have this style and speaks in its usual one: {text}",
    },
    WarningKind.PAUSE_TOO_LONG: {
        _ZH: "停頓最長 10 秒，超過的部分會略去：{text}",
        _EN: "A pause can last at most 10 seconds and is shortened to that: {text}",
    },
    WarningKind.IMAGE_NOT_SPOKEN: {
        _ZH: "圖片不會朗讀：{text}",
        _EN: "Images are not spoken: {text}",
    },
    WarningKind.NOT_DIALOGUE: {
        _ZH: "這一段不是台詞，不會朗讀：{text}",
        _EN: "This part is not dialogue and is not spoken: {text}",
    },
    WarningKind.SOUND_LEFT_OUT: {
        _ZH: "不會朗讀、也不會播放 {count} 個音效：{text}",
        _EN: "Sounds are left out ({count}): {text}",
    },
    WarningKind.NO_SPEAKERS: {
        _ZH: "腳本沒有寫出講者，全部由「{text}」朗讀",
        _EN: "The script names no speaker. All of it is spoken by {text}",
    },
    WarningKind.TIMES_DROPPED: {
        _ZH: "不會使用腳本中的時間：{text}",
        _EN: "The times in the script are not used: {text}",
    },
    WarningKind.PHONEME_NOT_AVAILABLE: {
        _ZH: "這個聲音不支援以音標指定發音，將照原文朗讀：{text}",
        _EN: "The voice does not support phonemes and speaks the text as written: {text}",
    },
}

_QUESTIONS: Mapping[QuestionKind, Mapping[Language, str]] = {
    QuestionKind.SAME_SPEAKER: {
        _ZH: "「{speaker}」和「{other}」是同一個人嗎？",
        _EN: "Are {speaker} and {other} the same person?",
    },
    QuestionKind.SOUND: {
        _ZH: "「{speaker}」是音效，還是要朗讀的文字？",
        _EN: "Is {speaker} a sound, or text to be spoken?",
    },
    QuestionKind.SPEAKER_DASH: {
        _ZH: "橫線前面的是講者嗎（例如第 {line} 行）？",
        _EN: "Do the words before the dashes name speakers, as in line {line}?",
    },
    QuestionKind.SPEAKER_LINES: {
        _ZH: "自成一行的短句是講者嗎（例如第 {line} 行）？",
        _EN: "Do short lines, such as line {line}, name speakers?",
    },
    QuestionKind.SPEAKER_COLUMN: {
        _ZH: "第一欄是講者嗎？",
        _EN: "Does the first column name the speakers?",
    },
    QuestionKind.NO_SPEAKERS: {
        _ZH: "腳本沒有寫出講者，要怎麼朗讀？",
        _EN: "The script names no speaker. Who reads it?",
    },
    QuestionKind.PREAMBLE: {
        _ZH: "第一位講者之前的文字（第 {line} 行）要朗讀嗎？",
        _EN: "Should the text before the first speaker (line {line}) be spoken?",
    },
    QuestionKind.ACTION: {
        _ZH: "沒有標出講者的段落（例如第 {line} 行）是動作描述，還是台詞？",
        _EN: "Are paragraphs without a speaker, such as line {line}, action or spoken text?",
    },
    QuestionKind.CAPTION_LINES: {
        _ZH: "同一格字幕裡以橫線開頭的各行（例如第 {line} 行），是兩個人輪流說的嗎？",
        _EN: "If lines of one caption begin with dashes, as in line {line}, do two people speak them?",
    },
}
_CHOICES: Mapping[tuple[QuestionKind, Choice], Mapping[Language, str]] = {
    (QuestionKind.SAME_SPEAKER, Choice.JOIN): {_ZH: "同一個人：{other}", _EN: "One person: {other}"},
    (QuestionKind.SAME_SPEAKER, Choice.KEEP): {_ZH: "兩個人", _EN: "Two people"},
    (QuestionKind.SOUND, Choice.LEAVE_OUT): {_ZH: "略過", _EN: "Leave it out"},
    (QuestionKind.SOUND, Choice.SPEAK): {_ZH: "朗讀出來", _EN: "Speak it"},
    (QuestionKind.SOUND, Choice.SOUND): {_ZH: "放入音效", _EN: "Use a sound"},
    (QuestionKind.SPEAKER_DASH, Choice.SPEAKERS): {_ZH: "是講者", _EN: "They are speakers"},
    (QuestionKind.SPEAKER_DASH, Choice.TEXT): {_ZH: "是要朗讀的文字", _EN: "They are part of the text"},
    (QuestionKind.SPEAKER_LINES, Choice.SPEAKERS): {_ZH: "是講者", _EN: "They are speakers"},
    (QuestionKind.SPEAKER_LINES, Choice.TEXT): {_ZH: "是要朗讀的文字", _EN: "They are part of the text"},
    (QuestionKind.SPEAKER_COLUMN, Choice.SPEAKERS): {_ZH: "是講者", _EN: "It names the speakers"},
    (QuestionKind.SPEAKER_COLUMN, Choice.TEXT): {_ZH: "是要朗讀的文字", _EN: "It is part of the text"},
    (QuestionKind.NO_SPEAKERS, Choice.ONE_VOICE): {_ZH: "一個聲音", _EN: "One voice"},
    (QuestionKind.NO_SPEAKERS, Choice.ALTERNATE): {
        _ZH: "兩個聲音逐行輪流",
        _EN: "Two voices in turn, line by line",
    },
    (QuestionKind.PREAMBLE, Choice.LEAVE_OUT): {_ZH: "不朗讀", _EN: "Leave it out"},
    (QuestionKind.PREAMBLE, Choice.SPEAK): {_ZH: "由旁白朗讀", _EN: "A narrator reads it"},
    (QuestionKind.ACTION, Choice.LEAVE_OUT): {_ZH: "是動作，不朗讀", _EN: "Action: leave them out"},
    (QuestionKind.ACTION, Choice.TEXT): {_ZH: "是前一位講者的台詞", _EN: "Text of the previous speaker"},
    (QuestionKind.CAPTION_LINES, Choice.ALTERNATE): {_ZH: "兩個人輪流", _EN: "Two speakers in turn"},
    (QuestionKind.CAPTION_LINES, Choice.TEXT): {_ZH: "同一個人", _EN: "The same speaker"},
}

_CAST_NOTES: Mapping[NoteKind, Mapping[Language, str]] = {
    NoteKind.LANGUAGE_PREFERRED: {
        _ZH: "{speakers}：看不出說哪一種語言，依你的語言設定，當作{language}。",
        _EN: "The language of {speakers} is unknown. Your preferred language, {language}, is assumed.",
    },
    NoteKind.LANGUAGE_DEFAULT: {
        _ZH: "{speakers}：看不出說哪一種語言，當作{language}。",
        _EN: "The language of {speakers} is unknown. {language} is assumed.",
    },
    NoteKind.MULTILINGUAL: {
        _ZH: "{speakers}：由多語言的聲音朗讀{language}，這個聲音原本說{voice_language}。",
        _EN: "{speakers}: a multilingual voice speaks {language}. Its own language is {voice_language}.",
    },
    NoteKind.OTHER_REGION: {
        _ZH: "{speakers}：使用{voice_language}的聲音，不是{language}。",
        _EN: "{speakers}: a voice for {voice_language} is used instead of one for {language}.",
    },
    NoteKind.OTHER_LANGUAGE: {
        _ZH: "{speakers}：這個聲音說{voice_language}，不會說{language}，請換一個聲音。",
        _EN: "{speakers}: the voice speaks {voice_language}, not {language}. Please choose another one.",
    },
    NoteKind.SHARED: {
        _ZH: "聲音不夠，{speakers}共用「{voice}」。",
        _EN: "There are not enough voices. {speakers} share {voice}.",
    },
}
_BETWEEN_NAMES: Mapping[Language, str] = {_ZH: "、", _EN: ", "}
_MAX_NAMES = 5


def error_message(code: str, language: Language) -> str:
    """Return the message of an error response.

    Raises:
        KeyError: the error code does not exist.
    """
    return _ERRORS[code][language]


def problem_message(kind: str, context: Mapping[str, Any], language: Language) -> str:
    """Return a message about one field; ``kind`` is an error type of pydantic or of our own validators."""
    return _PROBLEMS.get(kind, _ANY_PROBLEM)[language].format_map(context)


def upload_problem_message(problem: UploadProblem, language: Language) -> str:
    """Return the reason why an uploaded file cannot be used, as a sentence."""
    return _UPLOAD_PROBLEMS[problem][language]


def warning_message(kind: WarningKind, context: Mapping[str, Any], language: Language) -> str:
    """Return the message of a warning. ``context`` has the ``text`` that it is about, and the ``count`` of cases."""
    return _WARNINGS[kind][language].format_map(context)


def question_message(kind: QuestionKind, context: Mapping[str, Any], language: Language) -> str:
    """Return the text of a question about a script. ``context`` has ``speaker``, ``other`` and the first ``line``."""
    return _QUESTIONS[kind][language].format_map(context)


def choice_label(kind: QuestionKind, choice: Choice, context: Mapping[str, Any], language: Language) -> str:
    """Return the text of a choice. ``context`` is that of ``question_message``."""
    return _CHOICES[kind, choice][language].format_map(context)


def cast_note(note: Note, language: Language, *, language_names: Mapping[str, str]) -> str:
    """Return the text of a note about a cast.

    Args:
        note: the note.
        language: the language of the text.
        language_names: names of languages by language tag. A tag that has no name is shown as it is.
    """
    names = _BETWEEN_NAMES[language].join(note.speakers[:_MAX_NAMES])
    voice = note.voice
    return _CAST_NOTES[note.kind][language].format_map(
        {
            "speakers": names + ("…" if len(note.speakers) > _MAX_NAMES else ""),
            "language": language_names.get(note.language, note.language),
            "voice": voice.name if voice else "",
            "voice_language": language_names.get(voice.language, voice.language) if voice else "",
        }
    )
