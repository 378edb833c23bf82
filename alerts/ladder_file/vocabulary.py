"""The words of a ladder file, English and Chinese. What is written first is what linli itself writes."""

from collections.abc import Mapping

from alerts.ladders import Section
from linli.people import Role

SECTIONS: Mapping[str, Mapping[Section, tuple[str, ...]]] = {
    "en": {
        Section.EMERGENCY: ("emergency",),
        Section.ASK_FIRST: ("ask first",),
        Section.URGENT: ("urgent",),
        Section.NOTICE: ("notice",),
    },
    "zh": {
        Section.EMERGENCY: ("紧急",),
        Section.ASK_FIRST: ("先问本人", "先问老人"),
        Section.URGENT: ("要紧",),
        Section.NOTICE: ("提醒",),
    },
}
ROLES: Mapping[str, Mapping[Role, tuple[str, ...]]] = {
    "en": {
        Role.VOLUNTEER: ("volunteers", "volunteer", "neighbours", "neighbour", "neighbors", "neighbor"),
        Role.FAMILY: ("family", "relatives"),
        Role.STAFF: ("staff", "community staff"),
        Role.PROFESSIONAL: ("professionals", "professional"),
    },
    "zh": {
        Role.VOLUNTEER: ("志愿者", "邻居"),
        Role.FAMILY: ("家人", "家属"),
        Role.STAFF: ("社区工作者", "社区工作人员", "工作人员"),
        Role.PROFESSIONAL: ("专业救援", "专业人员"),
    },
}
KEY_HOLDERS = {"en": "the key-holders", "zh": "钥匙保管人"}
ASKED_FIRST = {"en": ("missed check-in", "inactivity"), "zh": ("未报平安", "长时间无活动")}
"""What may stand in brackets behind `ask first`: a reminder of what it is for."""

SECTION_OF = {word: section for words in SECTIONS.values() for section, all_ in words.items() for word in all_}
ROLE_OF = {word: role for words in ROLES.values() for role, all_ in words.items() for word in all_}
POSSIBLE_SECTIONS = "emergency, ask first, urgent, notice"
POSSIBLE_ROLES = "volunteers, family, staff, professionals"


def section_name(section: Section, language: str = "en") -> str:
    """Return what a section is called."""
    return SECTIONS[language][section][0]


def role_name(role: Role, language: str) -> str:
    """Return what a role is called."""
    return ROLES[language][role][0]
