from cncf_llm.training import CURVE, loss_picture

PNG = b"\x89PNG\r\n\x1a\n"


def test_picture_is_a_png_and_the_same_every_time():
    curve = CURVE.frame(
        [
            {"step": 1, "train_loss": 4.0, "validation_loss": None},
            {"step": 2, "train_loss": 3.0, "validation_loss": 3.5},
        ]
    )
    picture = loss_picture(curve, "adapter")
    assert picture.startswith(PNG)
    assert picture == loss_picture(curve, "adapter")


def test_empty_curve_still_gives_a_picture():
    assert loss_picture(CURVE.frame(), "nothing").startswith(PNG)
