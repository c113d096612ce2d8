"""A registered version's artifact, loaded as MLflow loads it: the model's own code runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from schemaguard.adapters.registry.calls import ask, without_password
from schemaguard.errors import RegistryError


def load_predict(uri: str, model: str, version: str) -> Callable[[Any], Any]:
    """What scores a pandas frame with that version. RegistryError where it can't be found or loaded."""

    def load() -> Any:
        import mlflow.pyfunc
        from mlflow.tracking import MlflowClient

        source = MlflowClient(tracking_uri=uri, registry_uri=uri).get_model_version_download_uri(model, version)
        return mlflow.pyfunc.load_model(source)

    with _meant(uri):
        try:
            loaded = ask(uri, f"load the artifact of {model} {version}", load)
        except RegistryError:
            raise
        except Exception as error:
            # It is the model's own code that fails, such as an import.
            raise RegistryError(
                f"the artifact of {model} {version} can't be loaded: {type(error).__name__}: {error}",
                at=without_password(uri),
                next="install what it was trained with",
            ) from error
    predict: Callable[[Any], Any] = loaded.predict
    return predict


@contextmanager
def _meant(uri: str) -> Iterator[None]:
    """MLflow's own functions go by URIs of the whole process; those come back afterwards."""
    import mlflow

    before = (mlflow.get_tracking_uri(), mlflow.get_registry_uri())
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])
