import re
import subprocess
from collections import Counter

import pytest
import typer

from tests.docs.pages import ROOT, Page, pages
from wattloom.cli import Room, app

PAGES = pages()

MACHINE = re.compile(
    r"(?<![\w.~-])/(?:work|root|home|Users|mnt|media|private)/"
    r"|(?:[\w-]+\.)*(?:pypi\.org|pythonhosted\.org|npmjs\.\w+|crates\.io|goproxy\.\w+|proxy\.golang\.org)"
)
ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
EXAMPLE_ADDRESSES = re.compile(r"127\.|0\.0\.0\.0$|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.")


def each(items):
    return pytest.mark.parametrize("page", items, ids=lambda page: page.name)


@each(PAGES)
def test_every_link_leads_somewhere(page):
    broken = []
    for target in page.links():
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        linked = (page.path.parent / path).resolve() if path else page.path
        if not linked.exists() or (anchor and anchor not in Page(linked).anchors()):
            broken.append(target)
    assert broken == []


@each(PAGES)
def test_no_two_headings_share_an_anchor(page):
    shared = [anchor for anchor, times in Counter(page.anchors()).items() if times > 1]
    linked = {target.partition("#")[2] for other in PAGES for target in other.links()}
    assert not linked.intersection(shared)


def commands():
    """Return every command's words to the options that it has."""
    found = {}

    def walk(command, words):
        command = command.load() if isinstance(command, Room) else command
        found[words] = {option for each in command.params for option in each.opts} | {"--help"}
        for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
            walk(command.get_command(None, name), (*words, name))

    walk(typer.main.get_command(app), ())
    return found


COMMANDS = commands()
CALL = re.compile(r"(?:^|[\s`(/&|])wattloom ((?:[^\n`|&)]|\\\n)*)")
CODE = re.compile(r"`([^`\n]+)`")


def calls(page):
    """Return the words of every call of `wattloom` in a page's shell blocks and in its inline code."""
    texts = [block.text for block in page.blocks() if block.language in ("sh", "ini", "text")]
    texts += [span for span in CODE.findall(page.text) if span.startswith("wattloom ")]
    return [call.split() for text in texts for call in CALL.findall(text)]


@each([page for page in PAGES if calls(page)])
def test_every_command_that_is_mentioned_exists_with_its_options(page):
    for words in calls(page):
        command = max((known for known in COMMANDS if known == tuple(words[: len(known)])), key=len)
        further = words[len(command) :]
        is_group = any(known[:-1] == command for known in COMMANDS if known)
        assert not (is_group and further and not further[0].startswith("-")), " ".join(words)
        options = {word.partition("=")[0] for word in further if word.startswith("--")}
        assert options <= COMMANDS[command], " ".join(words)


MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@each([page for page in PAGES if MAKE.search(page.text)])
def test_every_make_target_that_is_mentioned_exists(page):
    code = [block.text for block in page.blocks()] + [f"`{span}" for span in CODE.findall(page.text)]
    assert {target for text in code for target in MAKE.findall(text)} <= TARGETS


def test_the_readme_names_its_two_commands():
    assert {"demo", "test"} <= set(MAKE.findall((ROOT / "README.md").read_text("utf-8")))


def test_no_file_names_a_machine_a_registry_or_an_address():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path == ROOT / "LICENSE" or not path.is_file():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # no text
        found += [f"{name}: {match}" for match in MACHINE.findall(text)]
        found += [
            f"{name}: {address}" for address in ADDRESS.findall(text) if not EXAMPLE_ADDRESSES.match(address)
        ]
    assert found == []
