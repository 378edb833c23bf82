"""The words for the closed sets of the kernel. English here, Chinese in `linli/locale/zh.po`."""

from linli.alert import AlertKind, AlertState, Outcome, RequestState
from linli.device_role import DeviceRole
from linli.home_state import HomeState
from linli.look import LookReason
from linli.people import Role
from linli.signals import Kind
from linli.visit import VisitResult

KINDS = {
    AlertKind.SOS: "Call for help",
    AlertKind.FALL: "Fall",
    AlertKind.SMOKE: "Smoke",
    AlertKind.GAS: "Gas",
    AlertKind.LEAK: "Water leak",
    AlertKind.MISSED_CHECK_IN: "No check-in",
    AlertKind.INACTIVITY: "Long without activity",
    AlertKind.BATHROOM: "Long in the bathroom",
    AlertKind.NIGHT_DOOR: "Out at night",
    AlertKind.VITALS: "Vital signs out of range",
    AlertKind.ROUTINE_CHANGE: "Changed routine",
    AlertKind.UNMONITORED: "Unmonitored",
    AlertKind.LOW_BATTERY: "Low battery",
    AlertKind.SYSTEM: "linli itself",
}

FOR_FAMILY = {
    **KINDS,
    AlertKind.BATHROOM: KINDS[AlertKind.INACTIVITY],
    AlertKind.VITALS: "Please see whether all is well at home",
    AlertKind.ROUTINE_CHANGE: "Please see whether all is well at home",
}
"""What a family reads of a kind that would tell of a room or of health; the same as in its messages."""

HEADLINES = {
    AlertKind.SOS: "{name} called for help",
    AlertKind.FALL: "{name}: a fall was reported",
    AlertKind.SMOKE: "{name}: smoke in the home",
    AlertKind.GAS: "{name}: gas in the home",
    AlertKind.LEAK: "{name}: water is leaking",
    AlertKind.MISSED_CHECK_IN: "{name} has not checked in",
    AlertKind.INACTIVITY: "{name}: long without a sign of life",
    AlertKind.BATHROOM: "{name}: long in the bathroom",
    AlertKind.NIGHT_DOOR: "{name} is out at night",
    AlertKind.VITALS: "{name}: vital signs out of range",
    AlertKind.ROUTINE_CHANGE: "{name}: the days have changed",
    AlertKind.UNMONITORED: "{name} cannot be judged",
    AlertKind.LOW_BATTERY: "{name}: a battery runs low",
    AlertKind.SYSTEM: "{name}: linli itself",
}
"""What an alert about a home is called on its own page: what was seen, never a diagnosis."""

ALERT_STATES = {
    AlertState.OPEN: "open",
    AlertState.ACCEPTED: "somebody is on the way",
    AlertState.AT_DOOR: "somebody is at the door",
    AlertState.CLOSED: "closed",
}

HOME_STATES = {
    HomeState.ALERT: "alert",
    HomeState.QUIET: "quieter than usual",
    HomeState.UNMONITORED: "unmonitored",
    HomeState.AWAY: "away",
    HomeState.WELL: "signs of life",
}
"""In the order in which a board counts them."""

OUTCOMES = {
    Outcome.SAFE: ("She is fine", "A false alarm is good news too"),
    Outcome.HELPED: ("Helped", "Lifted, kept company, called the family"),
    Outcome.AWAY: ("Nobody is at home", "Out, in hospital, with relatives"),
    Outcome.DEVICE_FAULT: ("The device", "It rang by itself, or had no power"),
    Outcome.DRILL: ("A drill", ""),
    Outcome.OTHER: ("Something else", ""),
}

VISIT_RESULTS = {
    VisitResult.WELL: ("She is well", ""),
    VisitResult.NEEDS: ("She needs something", "Write what, and who sees to it"),
    VisitResult.UNWELL: ("She is not well", "Write who was told"),
    VisitResult.NOT_MET: ("Nobody opened", "The visit stays due"),
}

REQUEST_STATES = {
    RequestState.ASKED: "asked",
    RequestState.SILENT: "no answer yet",
    RequestState.DECLINED: "cannot",
    RequestState.ACCEPTED: "on the way",
    RequestState.AT_DOOR: "at the door",
}

DRILL_STATES = {**REQUEST_STATES, RequestState.ACCEPTED: "got it"}
"""The same in a drill, for which nobody goes anywhere."""

ROLES = {
    Role.RESIDENT: "resident",
    Role.VOLUNTEER: "volunteer",
    Role.FAMILY: "family",
    Role.STAFF: "community staff",
    Role.PROFESSIONAL: "professional",
}

DISTANCES = ("paired neighbour", "same stairwell", "same building", "same compound")

RUNGS = {
    Role.RESIDENT: "She is asked herself",
    Role.VOLUNTEER: "Neighbours are called",
    Role.FAMILY: "The family is called",
    Role.STAFF: "Community staff are called",
    Role.PROFESSIONAL: "Professionals are called",
}

CALLED = {
    Role.RESIDENT: "{count} people were asked first",
    Role.VOLUNTEER: "{count} neighbours were called",
    Role.FAMILY: "{count} of the family were called",
    Role.STAFF: "{count} of the community staff were called",
    Role.PROFESSIONAL: "{count} professionals were called",
}
"""How a row says that several of a role were called at once."""

SIGNALS = {
    Kind.CHECK_IN: "check-in",
    Kind.SOS: "call button",
    Kind.FALL: "fall",
    Kind.SMOKE: "smoke",
    Kind.GAS: "gas",
    Kind.LEAK: "water leak",
    Kind.MOTION: "movement",
    Kind.PRESENCE: "presence",
    Kind.BED: "bed",
    Kind.CONTACT: "door contact",
    Kind.BUTTON: "button",
    Kind.POWER: "power",
    Kind.WATER: "water",
    Kind.HEART_RATE: "heart rate",
    Kind.RESPIRATION: "respiration",
    Kind.SPO2: "oxygen saturation",
    Kind.BLOOD_PRESSURE: "blood pressure",
    Kind.BODY_TEMPERATURE: "body temperature",
    Kind.WEIGHT: "weight",
    Kind.GLUCOSE: "glucose",
    Kind.TEMPERATURE: "temperature",
    Kind.HUMIDITY: "humidity",
    Kind.MOOD: "mood",
    Kind.BATTERY: "battery",
}

DEVICE_ROLES = {
    DeviceRole.SOS: "call button",
    DeviceRole.CHECK_IN: "check-in button",
    DeviceRole.EXIT_DOOR: "front door",
    DeviceRole.DOOR: "another door or window",
    DeviceRole.MOTION: "movement sensor",
    DeviceRole.PRESENCE: "presence sensor",
    DeviceRole.BED: "bed sensor",
    DeviceRole.LEAK: "water leak sensor",
    DeviceRole.SMOKE: "smoke alarm",
    DeviceRole.GAS: "gas alarm",
    DeviceRole.POWER: "power meter",
    DeviceRole.CLIMATE: "thermometer",
    DeviceRole.GATEWAY: "gateway",
}
"""What a device is to a home, as people call it."""

ABOUTS = {
    AlertKind.MISSED_CHECK_IN: "if the check-in does not come",
    AlertKind.BATHROOM: "if she is not heard of elsewhere",
}
"""Beside the first step that is foretold, where it is not about silence."""

LOOK_REASONS = {
    LookReason.ALERT: "an open alert",
    LookReason.QUIET: "quieter than usual",
    LookReason.VISIT: "a planned visit",
    LookReason.FAMILY: "the family has asked",
    LookReason.DEVICE: "something about a device",
    LookReason.OTHER: "another reason",
    LookReason.PROGRAM: "read by a program",
    LookReason.RELATIVE: "as one of the family",
    LookReason.HELPER: "was called and said: I go",
}
CHANNELS = {
    "webhook": "program (webhook)",
    "email": "e-mail",
    "sms": "text message",
    "wecom": "WeCom",
    "dingtalk": "DingTalk",
    "feishu": "Feishu",
    "ntfy": "notification (ntfy)",
    "webpush": "browser notification",
    "inbox": "own page here",
    "": "no longer listed",
}
"""What a way to reach people is called; any other is shown by its own name."""

SHEETS = {
    "figures": "Figures",
    "alerts": "Alerts",
    "kinds": "What it was",
    "homes": "Homes",
    "people": "Who carried it",
    "channels": "What became of the messages",
    "visits": "Visits",
}
"""The tables of a report."""

LOG = {
    "opened": "The alert was opened",
    "held": "Held until the morning: nobody is woken for a notice",
    "repeated": "Reported again",
    "paced": "Held back: the same person heard of this site a moment ago",
    "homes_joined": "Homes that fell silent for the same cause joined: {count}",
    "heard_again": "Heard again: {count} homes",
    "ended": "Ended by itself after {minutes} min: the homes are heard again",
    "merged_into": "Merged into an alert about the whole stairwell or site",
    "asked": "{person} was asked first",
    "called": "{person} was called",
    "left_alone": "{person} wishes to be left alone now; the message waits",
    "second_channel": "{person} was called by the second channel",
    "journalled": "Until now the database did not answer; the calls before this line were made from the journal",
    "notice_sent": "The message to {who} went out",
    "notice_failed": "The message to {who} did not go out",
    "person_unreachable": "{who} cannot be reached by any channel",
    "notice_taken_back": "The message to {who} was on its way when nobody was needed any more",
    "silent": "{person} has not answered; the next is called",
    "unreached": "{person} could not be reached; the next is called",
    "accepted": "{who} is on the way",
    "joined": "{who} goes too",
    "promised": "{who} named another time",
    "late": "Nobody at the door for long: more people are called",
    "more_help": "{who} needs more hands; more people are called",
    "told": "{person} was told",
    "clock_set_back": "The clock of linli was set back; what was to come was moved with it",
    "taken_back": "From the home: nobody need come. Staff make sure",
    "declined": "{who} cannot come; the next is called",
    "at_door": "{who} is at the door",
    "reminded": "{person} was reminded",
    "lease_ended": "Nobody was at the door in time; the calls go on",
    "no_outcome": "No outcome was written down; others are called",
    "called_anew": "The same came again, and nobody says how it is: the calls begin anew",
    "nobody_to_call": "There was nobody to call",
    "put_right": "linli had left this undone and has taken it up again",
    "sign_of_life": "A sign of life was seen",
    "drill_answered": "{who} has the drill's message",
    "closed": "{who} closed it: {outcome}",
    "corrected": "{who} corrected how it ended: {outcome}",
}
"""What each line of an alert's log says; a line of another kind is shown by its own name."""
