"""What the rules say to people: evidence first, never a diagnosis. The Chinese stands in `linli/locale/zh.po`."""

UNKNOWN_ROOM = "room not known"

SENSORS_WORK = "Sensors are working."
SENSORS_FELL_SILENT = "Its sensors have fallen silent since."

STILL = "No sign of life since {since}. At this hour the limit is {limit}; now {quiet}. Last seen: {room}. {sensors}"
STILL_PARTLY_UNSEEN = (
    "No sign of life since {since}; for {unseen} of this nobody could have seen one. "
    "At this hour the limit is {limit}; seen to be still for {quiet}. Last seen: {room}. {sensors}"
)
NOT_BACK = "Expected back by {since}; no sign of life since then. The limit is {limit}; now {quiet}. {sensors}"
NOT_HOME = "Left by the exit at {since}; no sign of life since then. The limit is {limit}; now {quiet}. {sensors}"

MISSED = "No check-in by {slot}, nor in the {grace} after it. Last sign of life {since} ({ago} ago), {room}."
MISSED_UNSEEN = "No check-in by {slot}, nor in the {grace} after it. The devices of this home are silent too."

LOST = "Unmonitored: no signal from this home for {span}, since {since}. Nobody can see whether all is well."
OFFLINE = "Unmonitored: the devices of this home are offline since {since}. Nobody can see whether all is well."

LOW_BATTERY = "Low battery: {device}, {room}, {percent} %. Please change it."

IS_WELL = "Last sign of life {since}, {room}."
IS_OUT = "Left by the exit at {since}; nothing since then."
IS_QUIET = "Quieter than usual: last sign of life {since}, {room}."
IS_QUIET_WE_ASK = "Quieter than usual: last sign of life {since}, {room}. We ask at {asks_at}."
IS_AWAY = "Away since {since}, {day}."
IS_AWAY_UNTIL = "Away until {until}, {day}."
NEVER_HEARD = "Nothing has been heard from this home yet."
NO_LIFE_SEEN = "No sign of life has been seen in this home yet."
NO_WATCHER = "No device that could tell a sign of life has been heard in this home."
IS_LOST = "Unmonitored: no signal from this home for {span}, since {since}."
IS_OFFLINE = "Unmonitored: the devices of this home are offline since {since}."
IS_UNHEARD = "linli hears no home since {since}: its own connection is down."

TOGETHER = "{place}: {count} homes not heard since {since}. Nobody can see whether all is well there."
TOGETHER_SOME_BACK = (
    "{place}: {count} homes not heard since {since}, {back} of them are heard again. "
    "Nobody can see whether all is well in the others."
)
PLACE_SITE = "{site}, {stairwells} stairwells"
PLACE_STAIRWELL = "{building} {unit}"
PLACE_GATEWAY = "Gateway {gateway}"
