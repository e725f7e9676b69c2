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

# How long ago, beside the date.
ago-now = только что
ago-minutes =
    { $n ->
        [one] { $n } минуту назад
        [few] { $n } минуты назад
       *[other] { $n } минут назад
    }
ago-hours =
    { $n ->
        [one] { $n } час назад
        [few] { $n } часа назад
       *[other] { $n } часов назад
    }
ago-days =
    { $n ->
        [one] { $n } день назад
        [few] { $n } дня назад
       *[other] { $n } дней назад
    }
ago-months =
    { $n ->
        [one] { $n } месяц назад
        [few] { $n } месяца назад
       *[other] { $n } месяцев назад
    }
ago-years =
    { $n ->
        [one] { $n } год назад
        [few] { $n } года назад
       *[other] { $n } лет назад
    }
