"""What a question offers, and what was meant by what was typed."""

from __future__ import annotations

from pilot.host import Choice, Question


def offer(question: Question) -> str:
    """The choices and what Enter means, in one line: `[y]es / [n]o, or in words; Enter: yes`."""
    parts = [" / ".join(map(_offered, question.choices))] if question.choices else []
    if question.choices and question.free:
        parts.append("or say what should be different")
    text = ", ".join(parts)
    if question.default is None:
        return text
    enter = f"Enter: {label_of(question, question.default)}"
    return f"{text}; {enter}" if text else enter


def meant(question: Question, typed: str) -> str | None:
    """The answer; None when it is none, and the question stays."""
    typed = typed.strip()
    if not typed:
        return question.default if question.default is not None else ("" if question.optional else None)
    if not question.choices or question.hidden:
        return typed
    if question.many:
        return _all_meant(question, typed)
    chosen = _chosen(question, typed.casefold().rstrip(".!"))
    if chosen is not None:
        return chosen.key
    return typed if question.free else None


def _all_meant(question: Question, typed: str) -> str | None:
    """The keys of all that were named, in the order of the choices; None where one of them is no choice."""
    chosen = [_chosen(question, part.strip().casefold()) for part in typed.split(",") if part.strip()]
    if not chosen or None in chosen:
        return None
    return ",".join(choice.key for choice in question.choices if choice in chosen)


def complaint(question: Question) -> str:
    """What would work."""
    if not question.choices:
        return "This needs an answer; Ctrl-C leaves."
    if question.many:
        return "Please name some of them, with commas between them; Ctrl-C leaves."
    choices = " / ".join(map(_offered, question.choices))
    return f"Please answer {choices}{' or in words' if question.free else ''}; Ctrl-C leaves."


def label_of(question: Question, answer: str) -> str:
    """An answer as the person reads it."""
    return next((choice.label for choice in question.choices if choice.key == answer), answer)


def _offered(choice: Choice) -> str:
    if choice.label.casefold().startswith(choice.key.casefold()):
        return f"[{choice.key}]{choice.label[len(choice.key) :]}"
    return f"[{choice.key}] {choice.label}"


def _chosen(question: Question, typed: str) -> Choice | None:
    """By key, by label, by the first words of a label; by the beginning of one where no words are taken."""
    for choice in question.choices:
        if typed in (choice.key.casefold(), choice.label.casefold()):
            return choice
    end = " " if question.free else ""
    found = [choice for choice in question.choices if choice.label.casefold().startswith(typed + end)]
    return found[0] if len(found) == 1 else None
