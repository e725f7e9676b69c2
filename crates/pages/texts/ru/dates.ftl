# 21 ноября 2026 г.
date =
    { $day } { $month ->
        [m1] января
        [m2] февраля
        [m3] марта
        [m4] апреля
        [m5] мая
        [m6] июня
        [m7] июля
        [m8] августа
        [m9] сентября
        [m10] октября
        [m11] ноября
        [m12] декабря
       *[other] { $month }
    } { $year } г.

# The name of the zone inside a sentence, where it has one in speech; otherwise its offset.
zone =
    { $zone ->
        [Asia_Almaty] время Астаны
        [Asia_Qyzylorda] время Астаны
        [Asia_Aqtobe] время Астаны
        [Asia_Qostanay] время Астаны
        [Asia_Aqtau] время Астаны
        [Asia_Atyrau] время Астаны
        [Asia_Oral] время Астаны
       *[other] { $offset }
    }

# The same where it begins a sentence.
zone-title =
    { $zone ->
        [Asia_Almaty] Время Астаны
        [Asia_Qyzylorda] Время Астаны
        [Asia_Aqtobe] Время Астаны
        [Asia_Qostanay] Время Астаны
        [Asia_Aqtau] Время Астаны
        [Asia_Atyrau] Время Астаны
        [Asia_Oral] Время Астаны
       *[other] { $offset }
    }
