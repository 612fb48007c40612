from pathlib import Path

import numpy as np
import pytest

from knowledge_index import calibrate, fitting, seed
from knowledge_index.calibration import Calibration, Logistic
from knowledge_index.embedded import EmbeddedArticle
from knowledge_index.embedder import Embedder, Key
from knowledge_index.evaluate import Evaluation, Outcome, report
from knowledge_index.index import built


@pytest.fixture(scope="module")
def outcomes(shop_embedded: list[EmbeddedArticle]) -> dict[str, list[Outcome]]:
    index = built(Calibration.read(), {"en": 384, "multi": 384}, shop_embedded)
    before = index.digest()
    found = {language: list(Evaluation(index).held_out(language)) for language in ("en", "zh")}
    assert index.digest() == before
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_held_out_wordings_find_their_article_and_answers_are_right(
    outcomes: dict[str, list[Outcome]], language: str
) -> None:
    measured = report(language, outcomes[language])
    assert measured.answerable > 60
    assert measured.recall_at_1 > 0.8
    assert measured.recall_at_3 > 0.93
    assert measured.answer_precision > 0.95
    assert measured.answered_when_removed < 0.25


def test_a_variant_is_asked_with_and_without_its_article(outcomes: dict[str, list[Outcome]]) -> None:
    groups = [outcome.query.group for outcome in outcomes["en"]]
    assert groups.count("held_out") == groups.count("removed") > 0
    gone = [outcome for outcome in outcomes["en"] if outcome.query.group == "removed"]
    assert all(outcome.query.source not in outcome.ranked for outcome in gone)


def test_the_stored_calibration_belongs_to_the_bundled_models(embedders: dict[Key, Embedder]) -> None:
    calibration = Calibration.read()
    assert calibration.models == {key: model.digest for key, model in embedders.items()}
    assert set(calibration.judges) == {"en", "zh", "other"}


def test_a_calibration_survives_being_written(tmp_path: Path) -> None:
    calibration = Calibration.read()
    calibration.write(tmp_path / "calibration.json")
    assert Calibration.read(tmp_path / "calibration.json") == calibration


def test_the_fit_finds_the_model_that_made_the_data() -> None:
    chance = np.random.default_rng(2)
    rows = [{"a": a, "b": b} for a, b in chance.normal(size=(4_000, 2))]
    truth = Logistic(-0.5, {"a": 2.0, "b": 0.7})
    hits = [bool(chance.random() < truth.probability(row)) for row in rows]
    fitted = fitting.logistic(rows, hits, [1.0] * len(rows), {"a", "b"})
    assert fitted.bias == pytest.approx(-0.5, abs=0.15)
    assert fitted.weights["a"] == pytest.approx(2.0, abs=0.2)
    assert fitted.weights["b"] == pytest.approx(0.7, abs=0.15)


def test_a_feature_that_would_count_against_is_left_out() -> None:
    chance = np.random.default_rng(3)
    rows = [{"a": a, "b": b} for a, b in chance.normal(size=(2_000, 2))]
    truth = Logistic(0.0, {"a": 2.0, "b": -1.0})
    hits = [bool(chance.random() < truth.probability(row)) for row in rows]
    assert set(fitting.logistic(rows, hits, [1.0] * len(rows), {"a", "b"}).weights) == {"a"}


def test_the_threshold_is_the_lowest_that_keeps_the_precision() -> None:
    chances = [0.9, 0.8, 0.7, 0.6, 0.5]
    assert fitting.threshold(chances, [True, True, True, True, False], [1.0] * 5, 0.8) == 0.5
    assert fitting.threshold(chances, [True, True, True, True, False], [1.0] * 5, 0.9) == 0.6
    assert fitting.threshold(chances, [False] * 5, [1.0] * 5, 0.9) == 1.0


def test_questions_written_for_calibration_are_not_answered_anywhere_in_the_seed() -> None:
    known = {text.casefold() for one in seed.articles() for text in (one["question"], *one["variants"])}
    for groups in calibrate._written(calibrate.NEGATIVES).values():
        for texts in groups.values():
            assert not known & {str(text).casefold() for text in texts}


def test_every_translated_question_names_an_article_that_exists() -> None:
    subjects = {one["id"].rsplit(".", 1)[0] for one in seed.articles()}
    assert set(calibrate._written(calibrate.TRANSLATIONS)) <= subjects
