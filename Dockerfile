# The labs in a container, from the same requirements. In a hand-out (or in a clone):
#     docker build --tag labs .
#     docker run --rm --publish 127.0.0.1:8888:8888 --volume labs:/home/student/labs labs
# The second line prints the address to open. The volume keeps what was done.
FROM python:3.12-slim
RUN useradd --create-home student && mkdir /home/student/labs && chown student /home/student/labs
USER student
WORKDIR /home/student/labs
COPY --chown=student . .
RUN python scripts/setup.py
EXPOSE 8888
CMD [".venv/bin/python", "-m", "jupyter", "lab", "--ip=0.0.0.0", "--no-browser"]
