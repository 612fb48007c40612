"""The `firebreak` command as an operator types it."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import cli
from bot.cli import parser
from bot.core.settings import PROJECT_ROOT

COMMANDS = (
    "up",
    "serve",
    "worker",
    "migrate",
    "train",
    "reindex",
    "seed",
    "kb import",
    "kb export",
    "kb search",
    "kb evaluate",
    "kb calibrate",
    "staff add",
    "staff list",
    "staff disable",
    "staff reset-password",
    "rotate-keys",
    "backup",
    "restore",
    "check",
    "jobs",
    "log-level",
)
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def firebreak(*arguments: str, given: str = "", **environment: str) -> Done:
    """The command within this process: starting Python costs more than what most commands do."""
    out, err = io.StringIO(), io.StringIO()
    umask = os.umask(0o077)
    try:
        with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
            for name in [name for name in os.environ if name.startswith("FIREBREAK_")]:
                patched.delenv(name)
            for name, value in environment.items():
                patched.setenv(name, value)
            patched.setattr(sys, "stdin", io.StringIO(given))
            code = cli.main(arguments)
    finally:
        os.umask(umask)
    return Done(code, out.getvalue(), err.getvalue())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_and_takes_a_data_directory(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*command.split(), "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert "example:" in shown
    assert "--data-dir" in shown


def test_help_does_not_load_what_a_command_needs() -> None:
    code = "import sys, bot.cli; bot.cli.parser().format_help(); print([m for m in HEAVY if m in sys.modules])"
    code = code.replace("HEAVY", "('sqlalchemy', 'pydantic', 'uvicorn', 'supervisor', 'aiohttp')")
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_bad_setting_is_told_in_one_sentence_with_its_name(tmp_path: Path) -> None:
    """In a process of its own, as everything is that an operator starts."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "migrate", "--data-dir", str(tmp_path)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "FIREBREAK_PORT": "eighty"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("firebreak: FIREBREAK_PORT='eighty'")
    assert "Traceback" not in done.stderr


def test_a_service_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    done = firebreak("kb", "search", "hello", "--data-dir", str(tmp_path), FIREBREAK_KNOWLEDGE_URL=NOBODY)
    assert done.returncode == 2
    assert "Is `firebreak up` running" in done.stderr


def test_a_database_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody:secret@127.0.0.1:9/none"
    done = firebreak("seed", "--data-dir", str(tmp_path), FIREBREAK_DATABASE_URL=url)
    assert done.returncode == 2
    assert done.stderr.startswith("firebreak: The database cannot be used:")
    assert "secret" not in done.stderr


def test_the_first_seeding_shows_the_passwords_once(tmp_path: Path) -> None:
    first = firebreak("seed", "--data-dir", str(tmp_path))
    again = firebreak("seed", "--data-dir", str(tmp_path))
    assert first.returncode == again.returncode == 0, first.stderr
    for name, role in (("ben", "agent"), ("cleo", "editor"), ("dan", "supervisor"), ("admin", "admin")):
        (line,) = [line for line in first.stdout.splitlines() if f"{name}@emberly.example" in line]
        assert line.split()[1] == role
        assert len(line.split()[2]) >= 16
    assert "@emberly.example" not in again.stdout


def test_an_account_is_added_with_a_password_from_standard_input(tmp_path: Path) -> None:
    firebreak("migrate", "--data-dir", str(tmp_path))
    arguments = ("staff", "add", "--email", "Ben@Example.com", "--role", "agent", "--role", "lead", "--password-stdin")
    done = firebreak(*arguments, "--data-dir", str(tmp_path), given="a long password\n")
    assert done.stdout == "ben@example.com may sign in as agent, lead.\n"
    refused = firebreak(*arguments, "--data-dir", str(tmp_path), given="short\n")
    assert refused.returncode == 2
    assert refused.stderr == "firebreak: A password has 10 to 1024 characters.\n"


@pytest.mark.parametrize("name", ["articles.csv", "articles.jsonl", "articles.yml"])
def test_articles_are_imported_once_from_each_format(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(FILES[name], encoding="utf-8")
    firebreak("migrate", "--data-dir", str(tmp_path))
    first = firebreak("kb", "import", str(file), "--data-dir", str(tmp_path))
    again = firebreak("kb", "import", str(file), "--data-dir", str(tmp_path))
    assert first.stdout == "2 articles published, 0 were there already.\n", first.stderr
    assert again.stdout == "0 articles published, 2 were there already.\n"


def test_an_article_with_a_flaw_is_named_and_nothing_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "articles.csv"
    file.write_text("language,question,answer\nen,How?,So.\nxx,Why?,Because.\n", encoding="utf-8")
    firebreak("migrate", "--data-dir", str(tmp_path))
    done = firebreak("kb", "import", str(file), "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert f"{file}, row 3: language:" in done.stderr
    file.write_text("id,language,question,answer\nhow,en,How?,So.\n", encoding="utf-8")
    assert firebreak("kb", "import", str(file), "--data-dir", str(tmp_path)).stdout.startswith("1 articles published")


FILES = {
    "articles.csv": "id,language,question,variants,answer,tags\n"
    "how.en,en,How does it work?,How do I use it?|What does it do?,Press the button.,basics\n"
    "how.zh,zh,怎么使用？,如何操作？,按一下按钮。,\n",
    "articles.jsonl": '{"id": "how.en", "language": "en", "question": "How?", "answer": "Press it."}\n\n'
    '{"id": "how.zh", "language": "zh", "question": "怎么使用？", "answer": "按一下。"}\n',
    "articles.yml": "- id: how\n  tags: [basics]\n  en: {question: How, variants: [In what way], answer: Press it.}\n"
    "  zh: {question: 怎么使用？, answer: 按一下。}\n",
}
