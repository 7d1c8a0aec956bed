"""An encoder that reads meaning where words alone cannot tell: made from a checkpoint, tuned, run without
torch.

``checkpoint`` brings a pretrained encoder and its pieces; ``network`` puts the heads on it, ``tune`` teaches
them, ``export`` writes ONNX in 8 bits; ``runtime`` reads texts with that, and needs onnxruntime and
tokenizers only.
"""
