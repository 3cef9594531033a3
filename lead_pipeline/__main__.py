"""`python -m lead_pipeline` is the lead-pipeline command."""

from lead_pipeline.cli import main

if __name__ == "__main__":
    main()
