# 21 November 2026
date =
    { $day } { $month ->
        [m1] January
        [m2] February
        [m3] March
        [m4] April
        [m5] May
        [m6] June
        [m7] July
        [m8] August
        [m9] September
        [m10] October
        [m11] November
        [m12] December
       *[other] { $month }
    } { $year }

# The name of the zone inside a sentence, where it has one in speech; otherwise its offset.
zone =
    { $zone ->
        [Asia_Almaty] Astana time
        [Asia_Qyzylorda] Astana time
        [Asia_Aqtobe] Astana time
        [Asia_Qostanay] Astana time
        [Asia_Aqtau] Astana time
        [Asia_Atyrau] Astana time
        [Asia_Oral] Astana time
       *[other] { $offset }
    }

# The same where it begins a sentence.
zone-title =
    { $zone ->
        [Asia_Almaty] Astana time
        [Asia_Qyzylorda] Astana time
        [Asia_Aqtobe] Astana time
        [Asia_Qostanay] Astana time
        [Asia_Aqtau] Astana time
        [Asia_Atyrau] Astana time
        [Asia_Oral] Astana time
       *[other] { $offset }
    }

# How long ago, beside the date.
ago-now = just now
ago-minutes =
    { $n ->
        [one] { $n } minute ago
       *[other] { $n } minutes ago
    }
ago-hours =
    { $n ->
        [one] { $n } hour ago
       *[other] { $n } hours ago
    }
ago-days =
    { $n ->
        [one] { $n } day ago
       *[other] { $n } days ago
    }
ago-months =
    { $n ->
        [one] { $n } month ago
       *[other] { $n } months ago
    }
ago-years =
    { $n ->
        [one] { $n } year ago
       *[other] { $n } years ago
    }
