"""What is said of a change in her days: her own numbers, now and usually. The Chinese stands in `linli/locale/zh.po`."""

MEALS = (
    "Of {possible} meals in the last {days} days {made} were made in the kitchen; usually about {usual} of them are."
)
OUTINGS = "Out of the home {made} times in the last {days} days; usually about {usual} times in as many days."
RESTLESS = "Up or stirring {now} times a night in the last {days} nights; usually {usual} times."
BATHROOM_NIGHT = "To the bathroom {now} times a night in the last {days} nights; usually {usual} times."
BATHROOM_DAY = (
    "To the bathroom {now} times in twelve hours up and at home, over the last {days} days; usually {usual} times."
)
RISING = "Up at about {now} in the last {days} days; usually at about {usual}."
QUIET = "Far less movement at home in the last {days} days: {percent} % of what is usual."
DECLINE = "Less and less movement at home over the last {weeks} weeks: now {percent} % of what it was."
UNLIKE_TWO = "Yesterday was unlike other days in this home: {first}; {second}."
UNLIKE_THREE = "Yesterday was unlike other days in this home: {first}; {second}; {third}."

UP_AT = "up at {now}, usually about {usual}"
STIRS = "{now} stirs in the night, usually {usual}"
NIGHT_VISITS = "{now} visits to the bathroom in the night, usually {usual}"
DAY_VISITS = "{now} visits to the bathroom in twelve hours up and at home, usually {usual}"
MEALS_MADE = "{now} of {possible} meals, usually {usual}"
WENT_OUT = "out {now} times, usually {usual}"
MOVED = "{percent} % of the usual movement at home"
BOUTS = "{now} times busy at home, usually {usual}"
