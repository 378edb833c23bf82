"""A paho client as linli makes them: who it is, how it is secured, how often it tries again. What it does with it, others say."""

import ssl

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from linli.mqtt_url import MqttUrl


def make_client(url: MqttUrl, client_id: str, *, authority: str = "", max_delay: int = 30) -> paho.Client:
    """Return a client with a clean session (MQTT 3.1.1). `authority` is the PEM file of who signed the broker's certificate."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True, protocol=MQTTProtocolVersion.MQTTv311
    )
    introduce(client, url, authority=authority, max_delay=max_delay)
    return client


def introduce(client: paho.Client, url: MqttUrl, *, authority: str = "", max_delay: int = 30) -> None:
    """Say how a client signs in at a broker and whose certificates it believes, and how soon it tries again (seconds)."""
    if url.user:
        client.username_pw_set(url.user, url.password)
    if url.tls:
        client.tls_set(ca_certs=authority or None, cert_reqs=ssl.CERT_REQUIRED)
    client.reconnect_delay_set(min_delay=1, max_delay=max_delay)
