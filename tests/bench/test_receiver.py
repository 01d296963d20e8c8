"""The receiver records calls with their times, and requests at a steady rate are sent on time."""

from __future__ import annotations

import socket

import pytest
from bench.receiving import Arrival, first_arrivals, receiving
from bench.steady import quantile, request, send
from bench.worlds import World

from tests.waiting import until

WORLD = World("", "Basic abc")


def call(mark: int) -> bytes:
    """A call of a webhook about a message."""
    return request(WORLD, f'POST\t/\t{{"events":[{{"payload":{{"text":"{mark} of some"}}}}]}}')


def test_every_call_is_recorded_once_between_its_request_and_its_response() -> None:
    with receiving(1) as receiver:
        sent = send(receiver.process.port, [call(mark) for mark in range(200)], rate=1000)
        arrivals = receiver.wait(200, patience=30)
    assert sent.errors == 0
    assert sorted(one.mark for one in arrivals) == list(range(200))
    for one in arrivals:
        assert one.endpoint == 0
        assert sent.sent[one.mark] <= one.nanoseconds <= sent.acknowledged[one.mark]
    assert sent.rate < 10_000  # without a pause it would be several times that; a busy machine sends some late


def test_an_endpoint_that_never_responds_records_its_calls() -> None:
    with receiving(1, silent=1) as receiver:
        port = int(receiver.targets[1].rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=0.2) as connection:
            connection.sendall(call(7))
            with pytest.raises(TimeoutError):
                connection.recv(1)
        until(lambda: receiver.hung() == 1)
        assert receiver.arrivals() == []


def test_a_call_without_a_message_gets_a_response_and_is_not_recorded() -> None:
    with receiving(1) as receiver:
        sent = send(receiver.process.port, [request(WORLD, "POST\t/\t{}")], rate=10)
        assert (sent.errors, receiver.wait(1, patience=0.1)) == (0, [])


def test_a_repeated_call_counts_at_its_first_arrival() -> None:
    arrivals = [Arrival(10, 0, 5), Arrival(11, 1, 5), Arrival(12, 0, 5)]
    assert first_arrivals(arrivals) == {(0, 5): 10, (1, 5): 11}


@pytest.mark.parametrize(("part", "value"), [(0, 1), (0.5, 50), (0.99, 99), (1, 100)])
def test_a_quantile_is_the_least_value_that_a_part_does_not_exceed(part: float, value: int) -> None:
    assert quantile(range(100, 0, -1), part) == value
    assert quantile([], part) == 0
