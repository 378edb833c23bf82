"""Tests of ingest: brokers, codecs, intake."""
