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
