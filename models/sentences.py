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

IN_BATHROOM = (
    "In the bathroom since {since}, and nowhere else since then. Seldom there for longer than {usual}; now {length}. "
    "The sensors of other rooms are working."
)
IN_BATHROOM_FOR_ANYBODY = (
    "In the bathroom since {since}, and nowhere else since then. The limit is {limit}; now {length}. "
    "The sensors of other rooms are working."
)

OUT_AT_NIGHT = (
    "The front door was used at {since}, at night; nobody has moved inside since, for {length}. "
    "The sensors inside are working."
)
DOOR_OPEN = "The front door has stood open since {since}, at night, for {length}. Somebody has moved inside since."
DOOR_OPEN_AND_STILL = (
    "The front door has stood open since {since}, at night, for {length}; nobody has moved inside since. "
    "The sensors inside are working."
)

RESPIRATION = "breathing {value}/min at {at}"
SPO2 = "oxygen saturation {value} % at {at}"
BLOOD_PRESSURE = "systolic blood pressure {value} mmHg at {at}"
HEART_RATE = "pulse {value}/min at {at}"
BODY_TEMPERATURE = "temperature {value} °C at {at}"
GLUCOSE = "blood glucose {value} mmol/L at {at}"
WEIGHT = "weight {value} kg at {at}"
LISTED = "{one}, {more}"
NEWS2 = "Measured: {readings}. NEWS2 of what is known: {score} (5 or more: somebody should look soon). Not known: {missing}."
BEYOND = "Measured: {reading}, so far out of range that nobody should wait for a second reading."
MEASURE_AGAIN = "Measured: {reading}, far out of range. One reading may be wrong: please have it measured again."
BAD_TWICE = "Measured: {before}, and again {reading}: both far out of range."
NOT_HERS = "Measured: {before}, and again {reading}. Usual for this person: {low} to {high}."
WEIGHT_GAIN = "Weight {weight} kg, {gain} kg more than {length} before. That much so soon may be water."
WHILE_AWAY = "Away as told, so nobody is sent. {why}"

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
