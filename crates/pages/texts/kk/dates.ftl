# 2026 ж. 21 қараша
date =
    { $year } ж. { $day } { $month ->
        [m1] қаңтар
        [m2] ақпан
        [m3] наурыз
        [m4] сәуір
        [m5] мамыр
        [m6] маусым
        [m7] шілде
        [m8] тамыз
        [m9] қыркүйек
        [m10] қазан
        [m11] қараша
        [m12] желтоқсан
       *[other] { $month }
    }

# The name of the zone inside a sentence, where it has one in speech; otherwise its offset.
zone =
    { $zone ->
        [Asia_Almaty] Астана уақыты
        [Asia_Qyzylorda] Астана уақыты
        [Asia_Aqtobe] Астана уақыты
        [Asia_Qostanay] Астана уақыты
        [Asia_Aqtau] Астана уақыты
        [Asia_Atyrau] Астана уақыты
        [Asia_Oral] Астана уақыты
       *[other] { $offset }
    }

# The same where it begins a sentence.
zone-title =
    { $zone ->
        [Asia_Almaty] Астана уақыты
        [Asia_Qyzylorda] Астана уақыты
        [Asia_Aqtobe] Астана уақыты
        [Asia_Qostanay] Астана уақыты
        [Asia_Aqtau] Астана уақыты
        [Asia_Atyrau] Астана уақыты
        [Asia_Oral] Астана уақыты
       *[other] { $offset }
    }

# How long ago, beside the date.
ago-now = жаңа ғана
ago-minutes = { $n } минут бұрын
ago-hours = { $n } сағат бұрын
ago-days = { $n } күн бұрын
ago-months = { $n } ай бұрын
ago-years = { $n } жыл бұрын
