"""What cannot work is refused in one line, before anything is begun."""

import socket

import pytest


def one_line(told) -> str:
    assert told.returncode == 1
    (line,) = told.stderr.splitlines()
    return line


def test_a_taken_port(bare_place):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = bare_place.run("up", "--port", str(port))
    assert one_line(told) == f"manage.py: Port {port} is taken by another program. Choose another: up --port NUMBER"
    assert not (bare_place.home / "postgres").exists()


@pytest.mark.parametrize("command", ["up", "showmigrations", "migrate"])
def test_a_database_that_does_not_answer(bare_place, command):
    told = bare_place.run(command, DATABASE_URL="postgres://jo:hunter2@127.0.0.1:9/office")
    line = one_line(told)
    assert "DATABASE_URL does not answer" in line
    assert "hunter2" not in line
    assert not (bare_place.home / "postgres").exists()


def test_a_database_address_that_is_none(bare_place):
    line = one_line(bare_place.run("showmigrations", DATABASE_URL="mysql://jo:hunter2@127.0.0.1/office"))
    assert "DATABASE_URL is no database address" in line
    assert "hunter2" not in line


def test_a_redis_that_does_not_answer(bare_place):
    line = one_line(bare_place.run("up", "--no-demo", REDIS_URL="redis://127.0.0.1:9/0"))
    assert "REDIS_URL does not answer" in line


def test_a_home_that_cannot_be_written(bare_place):
    bare_place.home.write_text("a file stands where the folder should be")
    assert "Set OFFICE_HOME" in one_line(bare_place.run("up"))


def test_data_of_another_major_version(bare_place):
    data = bare_place.home / "postgres"
    data.mkdir(parents=True, mode=0o700)
    (data / "PG_VERSION").write_text("14\n")
    line = one_line(bare_place.run("showmigrations"))
    assert "is PostgreSQL 14's" in line
    assert "pg_dump" in line
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]
