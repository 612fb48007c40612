"""The `firebreak` command. Heavy imports stay inside the commands, so that `--help` answers at once."""

import argparse
import importlib
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TOLD = 2
PRIVATE = 0o077
"""What the product writes holds what customers said, and keys: nobody else on this machine reads it."""
EXAMPLES = """
examples:
  firebreak up                              start everything on http://127.0.0.1:8080
  firebreak up --port 9000 --data-dir /srv/firebreak
  firebreak staff add --email ben@example.com --role agent
  firebreak kb search "my lock is offline"
  firebreak check                           say in words what is wrong

Settings are read from FIREBREAK_* environment variables; see docs/runbook.md.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit code 0, or 2 with one sentence on stderr for whatever can be told in words."""
    arguments = parser().parse_args(argv)
    if not hasattr(arguments, "run"):
        arguments.parser.print_help()
        return TOLD
    sys.dont_write_bytecode = True
    from bot.commands.trouble import expected, in_words

    try:
        return _run(arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return TOLD
    except KeyboardInterrupt:
        return 130
    except expected() as error:
        print(f"firebreak: {in_words(error)}", file=sys.stderr)
        return getattr(error, "exit_code", TOLD)


def _run(arguments: argparse.Namespace) -> int:
    from bot.core import settings

    os.umask(PRIVATE)
    overrides = {name: getattr(arguments, name, None) for name in ("data_dir", "host", "port")}
    found = settings.load(**{name: value for name, value in overrides.items() if value is not None})
    module, name = arguments.run.split(":")
    command = getattr(importlib.import_module(f"bot.commands.{module}"), name)
    for line in command(found, arguments):
        print(line, flush=True)
    return 0


def parser() -> argparse.ArgumentParser:
    top = _new(None, "firebreak", "A support bot that answers, hands over, and raises the alarm.", EXAMPLES)
    commands = top.add_subparsers(metavar="COMMAND", title="commands")
    _add_running(commands)
    _add_filling(commands)
    _add_knowledge(commands)
    _add_learning(commands)
    _add_staff(commands)
    _add_backup(commands)
    _add_operating(commands)
    return top


def _add_running(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    up = _leaf(
        commands,
        "up",
        "running:up",
        "Start every process in order and keep them running, until Ctrl-C.",
        "firebreak up --port 9000 --data-dir /srv/firebreak",
    )
    serve = _leaf(commands, "serve", "running:serve", "Run the web process alone.", "firebreak serve --port 9000")
    for command in (up, serve):
        command.add_argument("--host", help="address to listen on (default: FIREBREAK_HOST, else 127.0.0.1)")
        command.add_argument("--port", type=int, help="port to listen on (default: FIREBREAK_PORT, else 8080)")
    _leaf(commands, "worker", "running:worker", "Run the turn worker and the timers alone.", "firebreak worker")
    _leaf(commands, "migrate", "running:migrate", "Bring the database to this version.", "firebreak migrate")


def _add_filling(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    train = _leaf(
        commands, "train", "model:train", "Train the dialogue model, if it is not cached.", "firebreak train --force"
    )
    train.add_argument("--force", action="store_true", help="train even where the cache holds this model")
    _leaf(
        commands,
        "tone",
        "tone:relearn",
        "Learn how anger sounds anew, from the sentences in bot/understanding/examples/.",
        "firebreak tone",
    )
    seed = _leaf(
        commands,
        "seed",
        "shop:seed",
        "Migrate, and fill an empty installation with the demo shop's articles and staff.",
        "firebreak seed --data-dir /srv/firebreak",
    )
    seed.add_argument("--quiet", action="store_true", help="tell the new passwords only")
    _leaf(commands, "reindex", "kb:reindex", "Rebuild the running knowledge service's index.", "firebreak reindex")


def _add_knowledge(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    below = _group(commands, "kb", "Import, search and evaluate the knowledge base.")
    _add_files(below)
    search = _leaf(below, "search", "kb:search", "Ask the running service.", 'firebreak kb search "my lock is offline"')
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--language", help="en, zh, ... (default: the text's own)")
    about = "Measure the running service's search on variants held out of its index."
    evaluate = _leaf(below, "evaluate", "kb:evaluate", about, "firebreak kb evaluate --precision 0.9 --to curves")
    evaluate.add_argument("--to", metavar="FOLDER", help="write the risk-coverage curves there, as SVG and JSON")
    about = "Fit the decision to answer, to offer choices or to admit to know nothing to the published articles."
    fit = _leaf(below, "calibrate", "kb:calibrate", about, "firebreak kb calibrate --precision 0.9")
    for command in (evaluate, fit):
        command.add_argument(
            "--precision", type=float, metavar="SHARE", help="how much of what is answered is to be right"
        )


def _add_files(below: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "Take the articles of a file, all or none: CSV, XLSX, JSON, YAML, Markdown, HTML, a help centre's export."
    add = _leaf(below, "import", "kb_files:import_file", about, "firebreak kb import articles.csv --dry-run")
    add.add_argument("file", metavar="FILE", help="columns: id, language, question, variants, answer, tags, audience")
    add.add_argument("--dry-run", action="store_true", help="say what each row would do, and do nothing")
    add.add_argument("--draft", action="store_true", help="new articles become drafts, which nobody is answered with")
    add.add_argument("--language", choices=["en", "zh"], help="the language of articles that name none")
    add.add_argument("--format", help="what the file is (default: by the ending of its name)")
    about = "Write all articles into a file that can be imported again."
    take = _leaf(below, "export", "kb_files:export_file", about, "firebreak kb export articles.csv --language en")
    take.add_argument("file", metavar="FILE", help="ends in .csv, .xlsx, .json, .jsonl, .yml or .zip (Markdown)")
    take.add_argument("--language", choices=["en", "zh"], help="articles of this language alone")
    take.add_argument("--format", choices=["csv", "xlsx", "json", "jsonl", "yaml", "markdown"])


def _add_learning(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    below = _group(commands, "learn", "Teach the bot what agents corrected and the designer accepted.")
    about = "Write the accepted examples into the training data, each once."
    export = _leaf(below, "export", "learn:export", about, "firebreak learn export")
    export.add_argument("--to", type=Path, metavar="FOLDER", help="where the examples lie (default: the project's)")
    about = "Train, and compare with the model in use on sentences that neither has learnt from."
    train = _leaf(below, "train", "learn:train", about, "firebreak learn train")
    train.add_argument("--force", action="store_true", help="train even where the cache holds this model")


def _add_operating(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = _leaf(
        commands, "check", "check:check", "Say in words what is in order, what is not, and the cure.", "firebreak check"
    )
    check.add_argument("--json", action="store_true", help="one JSON object a finding")
    jobs = _leaf(
        commands,
        "jobs",
        "operating:jobs",
        "List work that failed for good; try it again, or give it up.",
        "firebreak jobs --replay all",
    )
    jobs.add_argument("--failed", action="store_true", help="what failed for good (the default)")
    jobs.add_argument("--waiting", action="store_true", help="what is still to be done instead")
    jobs.add_argument("--replay", metavar="WHAT", help="try again: an id, a kind, or all")
    jobs.add_argument("--give-up", metavar="ID", help="put one aside for good")
    jobs.add_argument("--reason", metavar="TEXT", help="why it is given up")
    level = _leaf(
        commands,
        "log-level",
        "operating:log_level",
        "Log more or less, in running processes, without a restart.",
        "firebreak log-level debug --part web",
    )
    level.add_argument("level", choices=["debug", "info", "warning", "error"])
    parts = ["web", "worker", "knowledge", "actions", "rasa"]
    level.add_argument("--part", choices=parts, help="one part (default: all)")


def _add_staff(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    below = _group(commands, "staff", "Add, list and lock staff accounts.")
    add = _leaf(
        below,
        "add",
        "staff:add",
        "Add an account, or give that of this e-mail another password and other roles.",
        "firebreak staff add --email ben@example.com --role agent --role lead",
    )
    add.add_argument("--email", required=True)
    add.add_argument("--role", required=True, action="append", help="agent, lead, editor, quality, supervisor, ...")
    add.add_argument("--name", help="shown to customers (default: made from the e-mail)")
    add.add_argument("--team", action="append", help="restrict an agent to this team; may be repeated")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    _leaf(below, "list", "staff:list_", "Show every account with its sessions.", "firebreak staff list")
    for name, about in (
        ("disable", "Lock an account: nobody signs in to it, and its sessions end."),
        ("reset-password", "Give an account a one-time password; its sessions end."),
    ):
        example = f"firebreak staff {name} --email ben@example.com"
        _leaf(below, name, f"staff:{name.replace('-', '_')}", about, example).add_argument("--email", required=True)
    about = "Make a new key for customers' tokens; those of the old key stay valid until they end."
    rotate = _leaf(commands, "rotate-keys", "staff:rotate_keys", about, "firebreak rotate-keys")
    rotate.add_argument("--at-once", action="store_true", help="the key leaked: end every token that it signed")


def _add_backup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = _leaf(
        commands,
        "backup",
        "backup:backup",
        "Write everything that the database holds into one file, while the product runs.",
        "firebreak backup /backup --keep 14\n  firebreak backup --verify /backup/firebreak-20250131-020000.zip",
    )
    backup.add_argument(
        "file", metavar="FILE", nargs="?", help="a new file, or a folder (default: backups/ below the data directory)"
    )
    backup.add_argument("--keep", type=_at_least_one, metavar="N", help="then remove all but the folder's newest N")
    backup.add_argument("--verify", action="store_true", help="only read FILE and say whether it is whole")
    restore = _leaf(
        commands,
        "restore",
        "backup:restore",
        "Make the database what a backup holds, while nothing runs. It may come from the other kind of database.",
        "firebreak restore /backup/firebreak-20250131-020000.zip --replace",
    )
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="also where the database holds something")


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _group(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    return _new(commands, name, about).add_subparsers(metavar="COMMAND", title="commands")


def _leaf(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: str, about: str, example: str = ""
) -> argparse.ArgumentParser:
    found = _new(commands, name, about, f"example:\n  {example or 'firebreak ' + name}")
    found.set_defaults(run=run)
    found.add_argument(
        "--data-dir", type=Path, help="where everything is written (default: FIREBREAK_DATA_DIR, else var)"
    )
    return found


def _new(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser] | None", name: str, about: str, epilog: str = ""
) -> argparse.ArgumentParser:
    shown: dict[str, Any] = {
        "description": about,
        "epilog": textwrap.dedent(epilog),
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "allow_abbrev": False,
    }
    if commands is None:
        found = argparse.ArgumentParser(prog=name, **shown)
    else:
        found = commands.add_parser(name, help=about, **shown)
    found.set_defaults(parser=found)
    return found


if __name__ == "__main__":
    sys.exit(main())
