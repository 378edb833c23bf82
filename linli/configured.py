"""What the settings say, in the words of the parts that need it. Opens nothing."""

import hashlib
import tempfile
from datetime import timedelta
from pathlib import Path

from alerts.channels.email import SmtpSettings
from alerts.channels.sms import SmsGateway
from alerts.channels.vapid import Vapid
from linli.data_dir import DataDir
from linli.journal import Journal
from linli.keys import Keys
from linli.settings import Settings
from models.watch import Rules


def care_url(settings: Settings, data: DataDir) -> str:
    """Return the care database's address: the one that was set, or the file in the data folder."""
    return settings.care or f"sqlite:///{data.care}"


def journal(settings: Settings, data: DataDir) -> Journal:
    """Return the journal of calls: in the folder that was set, and if need be in the system's temporary one."""
    wanted = Path(settings.journal) if settings.journal else data.path / "journal"
    name = hashlib.sha256(str(data.path.resolve()).encode()).hexdigest()[:16]
    return Journal([wanted, Path(tempfile.gettempdir()) / f"linli-journal-{name}"])


def smtp(settings: Settings) -> SmtpSettings | None:
    """Return how mail is sent, None if no server is set."""
    if not settings.smtp_host:
        return None
    return SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        sender=settings.smtp_sender,
    )


def sms(settings: Settings) -> SmsGateway | None:
    """Return how text messages are sent, None if no gateway is set."""
    if not settings.sms_url:
        return None
    return SmsGateway(
        url=settings.sms_url,
        body=settings.sms_body,
        format=settings.sms_format,
        headers=settings.sms_headers,
        secret=settings.sms_secret,
        success=settings.sms_success,
    )


def vapid(settings: Settings, keys: Keys) -> Vapid:
    """Return by what push services know this linli; browsers subscribe to its public key."""
    return Vapid(keys.bytes_for("webpush"), push_contact(settings))


def push_contact(settings: Settings) -> str:
    """Return the e-mail address that push services are told."""
    return settings.push_contact or settings.smtp_sender


def rules(settings: Settings) -> Rules:
    """Return the limits of the rules as set."""
    return Rules(
        day_line=timedelta(hours=settings.day_line_hours),
        night_line=timedelta(hours=settings.night_line_hours),
        out_line=timedelta(hours=settings.out_line_hours),
        bathroom_least=timedelta(minutes=settings.bathroom_least_minutes),
        night_door_after=timedelta(minutes=settings.night_door_minutes),
        check_in_grace=timedelta(minutes=settings.check_in_grace_minutes),
        supervision=timedelta(hours=settings.supervision_hours),
        mains_supervision=timedelta(seconds=settings.mains_supervision_seconds),
        low_battery_percent=settings.low_battery_percent,
        shared=frozenset(home.strip() for home in settings.shared_homes.split(";") if home.strip()),
    )
