"""What the rules say to people: evidence first, never a diagnosis. The Chinese stands in `linli/locale/zh.po`."""

UNKNOWN_ROOM = "room not known"

SENSORS_WORK = "Sensors are working."
SOME_SENSORS_WORK = "Only {working} of {count} sensors are working."
SENSORS_FELL_SILENT = "Its sensors have fallen silent since."
DOOR_CLOSED = "Front door closed, sensors working."
DOOR_OPEN = "Front door open, sensors working."
DOOR_CLOSED_SOME = "Front door closed, only {working} of {count} sensors working."
DOOR_OPEN_SOME = "Front door open, only {working} of {count} sensors working."

STILL = "No sign of life since {since}. {measure} Last seen: {room}. {sensors}"
STILL_PARTLY_UNSEEN = (
    "No sign of life since {since}; for {unseen} of this nobody could have seen one. "
    "{measure} Last seen: {room}. {sensors}"
)
BY_LIMIT = "At this hour the limit is {limit}; {now}."
BY_HER = "At this hour she is seldom quiet for more than {usual}; {now}."
BY_HOME = "At this hour it is seldom quiet here for more than {usual}; {now}."
BY_OTHERS = "At this hour people living alone are seldom quiet for more than {usual}; {now}."
NOW = "now {quiet}"
SEEN_STILL = "seen to be still for {quiet}"

LONE_SIGN = (
    "The sign at {since} came from one sensor alone, which may be an error; the last sure sign was at {sure}. {sensors}"
)
ONLY_LONE_SIGNS = (
    "No sure sign of life since {sure}. One sensor alone told at {since}, {room}, which may be an error. "
    "The limit is {limit}; {now}. {sensors}"
)
IN_DOUBT = (
    "It is not certain that she is at home: after she had left there were only single signs inside, "
    "the last at {since}, {room}. The limit is {limit}; {now}. {sensors}"
)
ARRIVING = (
    "It is not certain that she is at home: the exit was used at {since} after she had been out, "
    "and nothing has stirred inside since then. The limit is {limit}; {now}. {sensors}"
)
NOBODY_MOVED = "Not only she moves in this home: nobody has moved at all. {sensors}"
NO_EXIT = "No sensor is at the exit, so she may have gone out. {sensors}"
NOT_BACK = "Expected back by {since}; no sign of life since then. The limit is {limit}; now {quiet}. {sensors}"
NOT_HOME = "Left by the exit at {since}; no sign of life since then. The limit is {limit}; now {quiet}. {sensors}"

MISSED = "No check-in by {slot}, nor in the {grace} after it. Last sign of life {since} ({ago} ago), {room}."
MISSED_UNSEEN = "No check-in by {slot}, nor in the {grace} after it. The devices of this home are silent too."

LOST = "Unmonitored: no signal from this home for {span}, since {since}. Nobody can see whether all is well."
OFFLINE = "Unmonitored: the devices of this home are offline since {since}. Nobody can see whether all is well."

LOW_BATTERY = "Low battery: {device}, {room}, {percent} %. Please change it."

IN_BATHROOM = (
    "In the bathroom since {since}, and nowhere else since then. Seldom there for longer than {usual}; now {length}. "
    "Sensors in other rooms are working."
)
IN_BATHROOM_FOR_ANYBODY = (
    "In the bathroom since {since}, and nowhere else since then. The limit is {limit}; now {length}. "
    "Sensors in other rooms are working."
)

OUT_AT_NIGHT = (
    "The front door was used at {since}, at night; nobody has moved inside since, for {length}. "
    "Sensors inside are working."
)
DOOR_STANDS_OPEN = (
    "The front door has stood open since {since}, at night, for {length}. Somebody has moved inside since."
)
DOOR_STANDS_OPEN_AND_STILL = (
    "The front door has stood open since {since}, at night, for {length}; nobody has moved inside since. "
    "Sensors inside are working."
)

LITTLE_WATER = "Only {litres} L of water in {length}, since {since}: very little for somebody at home. Please ask."
ENDLESS_WATER = (
    "Water has been running without a pause for {length}, {litres} L since then: "
    "a cistern, a tap or a pipe. What this meter says is no sign of life meanwhile."
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
IS_WELL_SHARED = "Her own sign came at {own}. Somebody moved at {since}, {room}; not only she moves here, so that may have been another."
IS_NOT_HERS = (
    "It cannot be said how she is: somebody moved at {since}, {room}, but not only she moves here, "
    "and nothing has been surely hers since {own}."
)
IS_NEVER_HERS = (
    "It cannot be said how she is: somebody moved at {since}, {room}, but not only she moves here. "
    "A daily check-in would tell."
)
IS_OUT = "Left by the exit at {since}; nothing since then."
IS_IN_DOUBT = "It is not certain that she is at home: only single signs since she left, the last at {since}, {room}."
IS_ARRIVING = "It is not certain that she is at home: the exit was used at {since}, nothing has stirred since then."
IS_LONE = "At {since} one sensor alone told of somebody, {room}, which may be an error; last sure sign {sure}."
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

MODEL_HELD = (
    "The line of silence of this home stays as it was learned on {day}: {reason} See `linli explain {home}`; "
    "to use the new one all the same: `linli model promote {home}`."
)
NEW_RINGS = "the new one would have asked too often over the last 30 days."
NEW_IS_LONGER = "the new one would be longer by hours."

NERVOUS_SENSOR = (
    "The sensor {device}, {room}, goes on speaking while nobody is at home. What it says alone no longer counts as a sign "
    "of life, so a silence is noticed all the same. Please look at it: sun, heating, a curtain or a pet may set it off."
)

TOGETHER = (
    "{place}: the sensors of {count} homes are silent, the first since {since}. "
    "Nobody can see whether all is well there."
)
TOGETHER_SOME_BACK = (
    "{place}: the sensors of {count} homes fell silent, the first at {since}; {back} of them are heard again. "
    "Nobody can see whether all is well in the others."
)
PLACE_SITE = "{site}, {stairwells} stairwells"
PLACE_STAIRWELL = "{building} {unit}"
PLACE_GATEWAY = "Gateway {gateway}"
